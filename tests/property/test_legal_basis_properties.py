"""However an author spells the number of a legal act, it is the same act."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from item_bank.legal_basis import canonical_number, cited_numbers

years = st.integers(1990, 2035)
ordinals = st.integers(1, 9999)
numbers = st.one_of(
    st.builds(lambda n, y, t: f"{n:02d}/{y}/QH{t}", ordinals, years, st.integers(10, 20)),
    st.builds(lambda n, y: f"{n:02d}/{y}/NĐ-CP", ordinals, years),
    st.builds(
        lambda n, y, body: f"{n:02d}/{y}/TT-{body}",
        ordinals,
        years,
        st.sampled_from(["BTC", "BCT", "NHNN", "BLĐTBXH", "BGDĐT"]),
    ),
    st.builds(lambda n, body: f"{n:02d}/QĐ-{body}", ordinals, st.sampled_from(["TTg", "BTC", "TCHQ"])),
    st.builds(lambda n: f"{n:02d}-NQ/TW", ordinals),
)
gaps = st.sampled_from(["", " ", "\u00a0", "  "])
dashes = st.sampled_from(["-", "–", "—", "\u2010", "\u2212"])
letters_for_đ = st.sampled_from(["Đ", "đ", "D", "Ð"])


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and one of the ways to type it."""
    number = draw(numbers)
    typed = number.replace("Đ", draw(letters_for_đ))
    if draw(st.booleans()):
        typed = typed.lower()
    gap = draw(gaps)
    typed = typed.replace("/", f"{gap}/{gap}").replace("-", f"{gap}{draw(dashes)}{gap}")
    if draw(st.booleans()):
        typed = typed.lstrip("0")
    return number, unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), typed)


@given(spellings())
def test_every_spelling_names_the_same_act(spelling):
    number, typed = spelling
    assert canonical_number(typed) == number
    assert canonical_number(number) == number


@given(
    st.lists(spellings(), max_size=5), st.sampled_from(["; ", ", ", " và ", ", sửa đổi bởi Nghị định số "])
)
def test_a_text_cites_each_of_its_acts_once_in_their_order(cited, between):
    text = "Khoản 2 Điều 24 " + between.join(typed for _number, typed in cited) + ", Phụ lục I"
    assert list(cited_numbers(text)) == list(dict.fromkeys(number for number, _typed in cited))


@given(st.text() | st.text("0123456789/-NĐCPđQH .", max_size=40))
def test_no_text_is_too_odd_and_what_is_found_is_canonical(text):
    for number in cited_numbers(text):
        assert canonical_number(number) == number
        assert len(number) <= 100
