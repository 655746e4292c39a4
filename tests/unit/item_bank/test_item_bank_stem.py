"""Authored text: nothing written vanishes, nothing hostile runs."""

import unicodedata

import pytest

from item_bank.stem import from_authored, plain_text, sanitise, strip_invisible, to_authored

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<b onmouseover=alert(1)>đậm</b>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<td colspan='2\" onload=alert(1)'>x</td>",
    "<<script>script>alert(1)<</script>/script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<b>\u0338<script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<table><caption><style><!--</style><img src=x onerror=alert(1)>-->",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("clean", [sanitise, from_authored])
def test_hostile_markup_loses_its_teeth(clean, text):
    cleaned = clean(text)
    left = cleaned.lower().replace("&lt;", "").replace("&gt;", "")
    for tag in ("<script", "<img", "<svg", "<iframe", "<a ", "<math", "<style"):
        assert tag not in left
    inside_tags = [piece.partition(">")[0] for piece in cleaned.split("<")[1:]]
    assert not any("on" in tag.partition(" ")[2] or "style" in tag for tag in inside_tags)


@pytest.mark.parametrize("text", [*HOSTILE, "a <b>b</b>\n c", "&#1;&nbsp;x", "e&#x301;", "<li>x<ul>"])
def test_sanitising_again_changes_nothing(text):
    assert sanitise(sanitise(text)) == sanitise(text)


def test_a_less_than_sign_is_a_character_not_markup():
    assert from_authored("trị giá < 5 triệu & thuế > 0") == "trị giá &lt; 5 triệu &amp; thuế &gt; 0"
    assert from_authored("mức <tối đa>") == "mức &lt;tối đa&gt;"


def test_what_looks_like_a_forbidden_tag_is_shown_not_lost():
    assert plain_text(from_authored("thẻ <script>x</script>")) == "thẻ <script>x</script>"


def test_the_allowed_subset_survives():
    markup = "<p>H<sub>2</sub>O, m<sup>2</sup>, <b>KHÔNG</b></p><ul><li>một</li></ul>"
    assert sanitise(markup) == markup


def test_line_breaks_typed_in_a_cell_are_kept_where_there_are_no_blocks():
    assert from_authored("dòng 1\r\ndòng <b>2</b>") == "dòng 1<br>dòng <b>2</b>"
    assert from_authored("<p>một</p>\n<p>hai</p>") == "<p>một</p> <p>hai</p>"


def test_authors_see_text_and_get_the_same_html_back():
    html = from_authored("giá < 5\ndòng & 2")
    assert to_authored(html) == "giá < 5\ndòng & 2"
    for typed in ("&lt;b&gt; là thẻ đậm", "<b>x</b>", "1 &amp;lt; 2"):
        html = from_authored(typed)
        assert from_authored(to_authored(html)) == html


def test_text_is_stored_composed_and_without_invisible_characters():
    assert sanitise("tri\u0323 gia\u0301\u200b\u202e\x00") == "trị giá"


def test_plain_text_keeps_words_apart_at_blocks_and_breaks():
    assert plain_text("<p>một</p><p>hai<br>ba</p><b>b</b>ốn &lt; 5") == "một hai ba bốn < 5"


def test_spans_beyond_reason_are_dropped():
    assert 'colspan="2"' in sanitise("<table><tr><td colspan='2'>x</td></tr></table>")
    assert "colspan" not in sanitise("<table><tr><td colspan='99999999'>x</td></tr></table>")


def test_no_sign_that_cannot_be_seen_is_taken_for_a_text_without_any():
    """The quick look before the slow one leaves nothing out."""
    for code in range(0x110000):
        sign = chr(code)
        unseen = unicodedata.category(sign) in {"Cc", "Cf", "Cs"} or code & 0xFFFE == 0xFFFE
        if unseen and sign not in "\t\n\r":
            assert strip_invisible(f"a{sign}b") == "ab", hex(code)
