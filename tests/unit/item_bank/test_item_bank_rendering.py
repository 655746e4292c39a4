"""A wording as the browser gets it: safe, whole, and asking nothing of anywhere else."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.media import read_picture, reference
from item_bank.rendering import render_for_delivery
from item_bank.stem import from_authored
from tests.unit.item_bank.pictures import png

SHA = "cd" * 32
MEDIA = {SHA: read_picture(png(3, 2))}
TABLE = '<table><caption>Lô hàng</caption><tr><th scope="col">Hàng</th></tr><tr><td>1</td></tr></table>'


def test_a_picture_comes_with_the_text():
    shown = render_for_delivery(from_authored(reference(SHA, "Nhãn")), MEDIA)
    assert shown.startswith('<img src="data:image/png;base64,iVBOR')
    assert shown.endswith('" alt="Nhãn" width="3" height="2">')


def test_a_picture_that_is_missing_is_told_in_words():
    assert render_for_delivery(from_authored(reference(SHA, "Nhãn")), {}) == "[Nhãn]"


def test_a_picture_is_not_looked_for_inside_its_own_words():
    shown = render_for_delivery(from_authored(reference(SHA, r"\(x\)")), MEDIA)
    assert r'alt="\(x\)"' in shown


def test_a_wide_formula_can_be_scrolled_by_keyboard():
    assert '<math display="block" tabindex="0">' in render_for_delivery(r"\[x\]", {})
    assert "tabindex" not in render_for_delivery(r"\(x\)", {})


def test_a_table_scrolls_in_a_frame_of_its_own_under_its_caption():
    shown = render_for_delivery(from_authored(TABLE), {})
    assert shown.startswith(
        '<div class="wording-table" role="group" tabindex="0" aria-label="Lô hàng"><table>'
    )
    assert shown.endswith("</table></div>")
    assert '<th scope="col">' in shown


def test_a_table_in_a_table_has_one_frame():
    shown = render_for_delivery(f"<table><tr><td>{TABLE}</td></tr></table>", {})
    assert (shown.count("<div"), shown.count("</div>"), shown.count("<table>")) == (1, 1, 2)


def test_what_the_store_holds_is_sanitised_on_its_way_out():
    assert render_for_delivery(
        '<img src="https://evil.example/x"><script>x</script><p onclick=x>a</p>', {}
    ) == ("<p>a</p>")


PIECES = [
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<caption>",
    "<p>",
    r"\(x\)",
    r"\(",
    '">',
    "<div>",
    reference(SHA, "a"),
    f'<img src="media:{SHA}',
    "<script>",
    "https://evil.example",
    "&quot;",
    "<a href=",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_stored_makes_a_browser_ask_elsewhere(stored):
    shown = render_for_delivery(stored, MEDIA)
    assert shown.count("<div") == shown.count("</div>")
    for address in re.findall(r'<[^>]*\b(?:src|href|action|srcset)="([^"]*)"', shown):
        assert address.startswith("data:image/png;base64,")
    assert not re.search(r"<(?:script|a|iframe|object|style|link)\b|<[^>]*\son", shown)
