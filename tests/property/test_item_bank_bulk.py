"""A replacement touches words alone, can be undone and lets no markup in, whatever the texts."""

from __future__ import annotations

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from item_bank.bulk import Part, Replacement, changed, replaced
from item_bank.errors import BulkRefused, InvalidItem, LeftAsItIs
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.stem import from_authored, plain_text, sanitise
from item_bank.wording import Wording, compose
from tests.every_interaction import EXAMPLES

PIECES = [
    "thuế",
    "Thuế",
    "hàng hóa",
    " ",
    " ",
    ".",
    "<b>",
    "</b>",
    "<br>",
    "<p>",
    "</p>",
    "&lt;",
    "&amp;",
    "<",
    ">",
]
PIECES += ["[[P1]]", "[[P2:thuế]]", r"\(thuế\)", "$$x$$", "e\u0301", "15", "[", "]]"]
MARKUP = st.lists(st.sampled_from(PIECES), max_size=16).map("".join).map(from_authored)
WORDS = st.one_of(
    st.sampled_from(
        ["thuế", "hàng", "a", "15", "<", "&", "<b>", "</p>", "<script>x</script>", "&lt;", "b > a"]
    ),
    st.text(min_size=1, max_size=8),
)
FIXED = re.compile(r"<[^<>]*>")
NAMES = re.compile(r"\[\[([A-Za-z0-9_]+)")


def _replacement(find: str, put: str, *, whole: bool = False) -> Replacement | None:
    try:
        return Replacement(find, put, frozenset(Part), whole_words=whole)
    except BulkRefused:
        return None


@given(MARKUP, WORDS, WORDS, st.booleans())
def test_tags_and_names_of_places_stay_and_nothing_unsafe_comes_in(
    markup: str, find: str, put: str, whole: bool
):
    replacement = _replacement(find, put, whole=whole)
    assume(replacement is not None)
    try:
        text, n = replaced(markup, replacement)
    except LeftAsItIs:
        return
    assert FIXED.findall(text) == FIXED.findall(markup)
    assert NAMES.findall(text) == NAMES.findall(markup) or n == 0
    assert sanitise(text) == text
    assert from_authored(text) == text
    assert (text == markup) or n


@given(MARKUP, st.sampled_from(["thuế", "hàng hóa", "15"]), st.booleans())
def test_a_replacement_by_words_that_were_not_there_is_undone_by_its_reverse(
    markup: str, find: str, whole: bool
):
    put = "QZQ"
    assume(put not in plain_text(markup))
    text, n = replaced(markup, Replacement(find, put, frozenset(Part), whole_words=whole))
    back, undone = replaced(text, Replacement(put, find, frozenset(Part), whole_words=whole))
    assert (back, undone) == (markup, n)


@given(st.sampled_from(list(Interaction)), WORDS, WORDS, st.booleans())
def test_no_key_and_no_id_is_ever_touched(interaction: Interaction, find: str, put: str, whole: bool):
    example = EXAMPLES[interaction]
    stem = example.stem.replace("{picture}", "")
    try:
        old, key = compose(Wording("T01-1", "T01", "apply", stem, example.asked, example.key, "Luật"), "1")
    except InvalidItem:
        assume(False)
        raise
    replacement = _replacement(find, put, whole=whole)
    assume(replacement is not None)
    try:
        found = changed(old, key, replacement)
    except LeftAsItIs:
        return
    assert found.item.asked.place_ids == old.asked.place_ids
    assert sorted(found.item.option_ids) == sorted(old.option_ids)
    if found.item.option_ids == old.option_ids:
        contents = {one.id: one.content for one in found.item.options}
        if contents == {one.id: _put(one.content, replacement) for one in old.options}:
            assert found.key == key
    expected = [[_put(content, replacement) for content in one] for one in _accepted(old, key)]
    if old.asked.kind.form is Form.PAIRED:
        expected = [sorted(one) for one in expected]
    assert _accepted(found.item, found.key) == expected


def _accepted(item: ItemVersion, key: Key) -> list[list[str]]:
    """What the key accepts: the contents of the options that it names, in its order."""
    contents = {one.id: one.content for one in item.options}
    said = [response.split() for response in key.accepted if contents]
    found = [[contents[part.split(">")[0]] for part in response] for response in said]
    return [sorted(one) for one in found] if item.asked.kind.form is Form.PAIRED else found


def _put(markup: str, replacement: Replacement) -> str:
    return replaced(markup, replacement)[0]
