"""GIFT files as Moodle documents them and as people write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats import gift
from item_bank.formats.foreign import Fate, ForeignItem
from item_bank.formats.gift import read_gift, write_gift
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key, share


def only(text: str) -> ForeignItem:
    (item,) = read_gift(text.encode("utf-8")).items
    return item


def contents(item: ForeignItem) -> list[str]:
    assert item.asked is not None
    return [option.content for option in item.asked.options]


def taken(text: str) -> tuple[ForeignItem, Asked, Key]:
    item = only(text)
    assert item.refused is None, item.refused
    assert item.asked is not None
    assert item.key is not None
    return item, item.asked, item.key


def codes(item: ForeignItem) -> list[str]:
    return [remark.code for remark in item.lost]


def test_single_choice_with_title_and_feedback():
    item, asked, key = taken(
        "::Câu 1:: Ai ký tờ khai?{\n  =Người khai # đúng rồi\n  ~Người mua # sai\n  ~Ai cũng được\n}"
    )
    assert item.where == "Câu 1"
    assert item.stem == "Ai ký tờ khai?"
    assert asked.interaction is Interaction.SINGLE_CHOICE
    assert contents(item) == ["Người khai", "Người mua", "Ai cũng được"]
    assert key == Key(1, ("A",))
    assert [(loss.code, loss.params, loss.line) for loss in item.lost] == [("FEEDBACK_LOST", {"count": 2}, 1)]


def test_parts_of_a_single_choice_are_weighed_exactly():
    item, asked, key = taken(
        "Sinh ở đâu? {~Jerusalem ~%25%Bethlehem ~%33.33333%Galilee =Nazareth ~%-50%Roma}"
    )
    earned = [share(asked, key, option.id) for option in asked.options]
    assert earned == [0, Fraction(1, 4), Fraction(1, 3), 1, 0]
    assert codes(item) == ["NEGATIVE_MARK_LOST"]


def test_multiple_answers_with_equal_parts_are_credit_by_parts():
    _item, asked, key = taken("Nhóm nào? {~%50%A1 ~%-50%B1 ~%50%C1 ~%-50%D1}")
    assert asked.interaction is Interaction.MULTIPLE_RESPONSE
    assert key == Key(1, ("A C",), Credit.PARTS)


def test_multiple_answers_with_other_parts_are_weighed_exactly():
    _item, asked, key = taken("Nhóm? {~%66.66667%a ~%33.33333%b ~%-100%c ~d}")
    assert key.credit is Credit.WEIGHTS
    earned = [share(asked, key, response) for response in ("A B", "A", "B", "A C", "A D")]
    assert earned == [1, Fraction(2, 3), Fraction(1, 3), 0, Fraction(2, 3)]


@pytest.mark.parametrize(
    ("word", "key"), [("T", "T"), ("TRUE", "T"), ("F", "F"), ("FALSE", "F"), ("false", "F")]
)
def test_true_or_false(word: str, key: str):
    item, asked, found = taken(f"Thuế là khoản thu bắt buộc.{{{word}}}")
    assert asked.interaction is Interaction.TRUE_FALSE
    assert contents(item) == ["Đúng", "Sai"]
    assert found == Key(1, (key,))


def test_short_text_with_weights_and_a_catch_all():
    item, asked, key = taken("Con gì?{=Ếch#tốt =%50%Mèo =%0%*#sai hết}")
    assert [share(asked, key, text) for text in ("ếch", "mèo", "chó")] == [1, Fraction(1, 2), 0]
    assert codes(item) == ["FEEDBACK_LOST"]


def test_what_any_other_text_earns_is_kept():
    _item, asked, key = taken("Con gì?{=Ếch =%10%*}")
    assert [share(asked, key, text) for text in ("ếch", "chó")] == [1, Fraction(1, 10)]


def test_an_escaped_star_is_a_star():
    _item, _asked, key = taken(r"Phép nhân viết thế nào?{=a\\*b}")
    assert key.accepted == ("a*b",)


@pytest.mark.parametrize(
    ("answers", "accepted", "tolerance"),
    [
        ("#3:2", ("3",), "2"),
        ("#1..5", ("3",), "2"),
        ("# 1.5..2 ", ("1.75",), "0.25"),
        ("#-5..-1", ("-3",), "2"),
        ("#=12.5:0 =%100%13", ("12.5", "13"), "0"),
        ("#3,5", ("3.5",), "0"),
        ("#1.234", ("1.2340",), "0"),
        ("#1e3:.5", ("1000",), "0.5"),
    ],
)
def test_numbers_with_tolerance_range_and_several(answers: str, accepted: tuple[str, ...], tolerance: str):
    item, asked, key = taken(f"Bao nhiêu? {{{answers}}}")
    assert item.fate is Fate.TAKEN
    assert asked.interaction is Interaction.NUMERIC
    assert (key.accepted, key.tolerance) == (accepted, Decimal(tolerance))


def test_a_number_that_earns_a_part_is_lost_and_named():
    item, _asked, key = taken("Năm nào? {#=1822:0 =%50%1822:2 ~#xa quá}")
    assert key.accepted == ("1822",)
    assert [(loss.code, loss.params) for loss in item.lost] == [
        ("FEEDBACK_LOST", {"count": 1}),
        ("PARTIAL_CREDIT_LOST", {"value": "1822", "share": "1/2"}),
    ]


def test_matching_with_a_distractor_does_not_tell_the_key_by_its_letters():
    item, asked, key = taken("Nối. {=Việt Nam -> Hà Nội =Lào -> Viêng Chăn =Pháp -> Paris = -> Băng Cốc}")
    assert contents(item) == ["Băng Cốc", "Hà Nội", "Paris", "Viêng Chăn"]
    assert [place.content for place in asked.places] == ["Việt Nam", "Lào", "Pháp"]
    assert key == Key(1, ("B>1 D>2 C>3",), Credit.PARTS)
    assert {option.at_most for option in asked.options} == {None}


def test_a_missing_word_is_a_blank():
    item, asked, _key = taken("Grant {~buried =entombed ~living} in Grant's tomb.")
    assert item.stem == "Grant _____ in Grant's tomb."
    assert asked.interaction is Interaction.SINGLE_CHOICE


def test_an_essay_has_no_key_and_general_feedback_is_the_rationale():
    item, asked, key = taken("Hãy phân tích.{####[html]<i>Điều 5</i> \\#1}")
    assert asked.interaction is Interaction.ESSAY
    assert key == Key(1, ())
    assert item.rationale == "<i>Điều 5</i> #1"


def test_escaped_signs_are_themselves():
    item, _asked, _key = taken(r"::a\:\:b:: \~ \= \# \{ \} \: dòng\nhai \\ {=\=1\~ ~\#2 }")
    assert item.where == "a::b"
    assert item.stem == r"~ = # { } : dòng<br>hai \ "[:-1]
    assert contents(item) == ["=1~", "#2"]


def test_latex_needs_its_braces_escaped_and_is_kept():
    item, _asked, _key = taken(r"Tính \\(\\frac\{1\}\{2\}\\) và \(x^2\) {=1 ~2}")
    assert item.stem == r"Tính \(\frac{1}{2}\) và \(x^2\)"
    assert item.fate is Fate.TAKEN
    assert only(r"Tính \(\frac{1}{2}\) {=1 ~2}").refused is not None


def test_a_line_break_that_latex_takes_for_a_command_is_named():
    assert codes(only(r"Tính \(a \neq b\) {=1 ~2}")) == ["NEWLINE_OR_COMMAND"]


def test_categories_hold_until_the_next_and_may_hold_slashes():
    text = (
        "$CATEGORY: $course$/top/Chuyên đề 1/Vào//ra\n\na {T}\n\n"
        "$CATEGORY: tom/dick\nb {T}\n\n$CATEGORY: $course$/top\n\nc {F}"
    )
    items = read_gift(text.encode()).items
    assert [item.category for item in items] == [("Chuyên đề 1", "Vào/ra"), ("tom", "dick"), ()]


def test_comments_are_no_text_but_their_tags_are_tags():
    text = "// question: 5 [tag:thuế] [tag:a\\]b]\n// khác\n::x:: Một {\n// giữa\n=a\n~b}\n\n//cuối"
    item = only(text)
    assert item.tags == ("thuế", "a]b")
    assert contents(item) == ["a", "b"]


def test_formats_of_texts():
    item = only(
        "[html]<p>Một <b>hai</b></p> <div>ba</div>{=[plain]<b>x</b> ~[markdown]*y* ~[moodle]z &lt; <i>5</i>}"
    )
    assert item.stem == "<p>Một <b>hai</b></p>ba"
    assert contents(item) == ["&lt;b&gt;x&lt;/b&gt;", "*y*", "z &lt; <i>5</i>"]
    assert codes(item) == ["MARKDOWN_AS_TEXT"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Chỉ là lời dẫn.\n\nx{T}", "TYPE_NOT_SUPPORTED"),
        ("Xếp thứ tự {>2 ALL\na\nb\n}", "TYPE_NOT_SUPPORTED"),
        ("Hai khóa {=a =b ~c}", "TWO_KEYS"),
        ("Không khóa {~a ~b}", "NO_KEY"),
        ("Thiếu {~%50%a ~%25%b ~c}", "FRACTIONS_DO_NOT_ADD_UP"),
        ("Thừa {~%100%a ~%100%b ~c}", "FRACTIONS_DO_NOT_ADD_UP"),
        ("Lạ {=%50%a ~b}", "BAD_FRACTION"),
        ("Mở {=a ~b", "UNBALANCED_BRACES"),
        ("Đóng trước } {=a", "UNBALANCED_BRACES"),
        ("Hai ngoặc {=a ~b} và {=c ~d}", "SECOND_BRACES"),
        ("Trong ngoặc {=a{1} ~b}", "SECOND_BRACES"),
        ("::Đề mở {=a ~b}", "UNCLOSED_TITLE"),
        ("Đúng không {đúng}", "ANSWERS_NOT_UNDERSTOOD"),
        ("Chữ thừa {x =a ~b}", "ANSWERS_NOT_UNDERSTOOD"),
        ("Số gì {#abc}", "NOT_A_NUMBER"),
        ("Số gì {#1,234}", "NUMBER_AMBIGUOUS"),
        ("Số gì {#5..1}", "BAD_RANGE"),
        ("Số gì {#3:-1}", "BAD_RANGE"),
        ("Số gì {#=%50%3}", "NO_KEY"),
        ("Số gì {#=1:0 =5:1}", "TOLERANCES_DIFFER"),
        ("Số gì {#=%50%5:1 =5:0}", "KEY_CONTRADICTS"),
        ("Số gì {#*}", "WILDCARD_KEY"),
        ("Chữ gì {=*}", "WILDCARD_KEY"),
        ("Chữ gì {=tờ*}", "WILDCARD_KEY"),
        ("Chữ gì {=a =%50%A}", "KEY_CONTRADICTS"),
        ("Chữ gì {=%0%t* =tờ}", "KEY_CONTRADICTS"),
        ("Nối {=a -> b =c}", "ANSWERS_NOT_UNDERSTOOD"),
        ("{=a ~b}", "EMPTY_STEM"),
        ("Trống {= ~b}", "EMPTY_PART"),
        ("Một {=a}~{}", "SECOND_BRACES"),
        ("Như nhau {=a ~a}", "EQUAL_OPTIONS"),
        ("Nhiều {" + "~a" * 300 + "}", "TOO_MANY_ANSWERS"),
        ("Nhiều {=x " + " ".join(f"~a{n}" for n in range(30)) + "}", "WRONG_NUMBER_OF_OPTIONS"),
        ("Dài " + "x" * 30_001 + " {=a ~b}", "TEXT_TOO_LONG"),
        ("Chữ dài {=" + "x" * 201 + "}", "KEY_NO_RESPONSE"),
        ("Dấu chỗ [[1]] {=a ~b}", "MARK_OF_NO_PLACE"),
    ],
)
def test_a_key_is_never_guessed(text: str, code: str):
    item = read_gift(text.encode()).items[0]
    assert item.fate is Fate.REFUSED
    assert item.refused is not None
    assert (item.refused.code, item.refused.line) == (code, 1)
    assert item.asked is item.key is None


def test_a_refused_item_keeps_its_line_and_its_neighbours():
    items = read_gift(b"a {T}\n\n\n// x\nb {=1 =2 ~3}\n\nc {F}").items
    assert [item.fate for item in items] == [Fate.TAKEN, Fate.REFUSED, Fate.TAKEN]
    assert items[1].refused is not None
    assert items[1].refused.line == 5


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "NOT_GIFT"),
        ("Một bài văn.".encode(), "NOT_GIFT"),
        (b"a {=\xff}", "NOT_UTF8"),
        (b"\0{T}", "NOT_GIFT"),
        (b"{" * (10 * 1024 * 1024 + 1), "TOO_LARGE"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(data: bytes, code: str):
    with pytest.raises(ImportRefused) as refusal:
        read_gift(data)
    assert refusal.value.code == code


def test_more_items_than_are_read_at_once_are_refused_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gift, "MAX_ITEMS", 20)
    assert len(read_gift(b"a{T}\n\n" * 20).items) == 20
    with pytest.raises(ImportRefused) as refusal:
        read_gift(b"a{T}\n\n" * 21)
    assert (refusal.value.code, refusal.value.params) == ("TOO_LARGE", {"limit_items": 20})


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>b</a>"
    "<b onclick=x>c</b>"
)


@pytest.mark.parametrize("form", ["html", "moodle", "plain", "markdown"])
def test_hostile_markup_comes_out_harmless_in_every_field(form: str):
    text = HOSTILE.replace("=", "\\=").replace(":", "\\:")
    item = only(f"::{text}:: [{form}]{text}{{={text} ~khác ####{text}}}")
    assert item.asked is not None
    for markup in (item.stem, item.rationale, *contents(item)):
        assert "<script" not in markup
        assert "<img" not in markup
        assert "<a" not in markup
        assert "<b onclick" not in markup
    if form in {"html", "moodle"}:
        assert {"SCRIPT_LOST", "PICTURE_LOST", "LINK_LOST"} <= set(codes(item))


def test_the_writer_says_what_gift_has_no_place_for():
    four = tuple(Option(id_, f"Phương án {id_}") for id_ in "ABCD")
    statements = Asked(
        Interaction.STATEMENTS,
        (Option("T", "Đúng", at_most=None), Option("F", "Sai", at_most=None)),
        (Place("a", "Một"), Place("b", "Hai")),
    )
    strict = Key(1, ("VNACCS",), with_case=True, with_marks=False)
    items = [
        ForeignItem("c1", "Thứ tự?", Asked(Interaction.ORDER, four), Key(1, ("A B C D",))),
        ForeignItem("c2", "Chữ?", Asked(Interaction.SHORT_TEXT), strict),
        ForeignItem("c3", "Nhiều?", Asked(Interaction.MULTIPLE_RESPONSE, four, (), 2), Key(1, ("A C",))),
        ForeignItem("c4", "Mệnh đề?", statements, Key(1, ("T>a F>b",)), max_mark=2.0, language="vi"),
    ]
    data, lost = write_gift(items)
    assert [(where, remark.code) for where, remark in lost] == [
        ("c1", "NOT_WRITTEN"),
        ("c2", "CASE_LOST"),
        ("c2", "VIETNAMESE_MARKS_MATTER"),
        ("c3", "LIMIT_LOST"),
        ("c3", "CREDIT_CHANGED"),
        ("c4", "INTERACTION_CHANGED"),
        ("c4", "CREDIT_CHANGED"),
        ("c4", "LANGUAGE_LOST"),
        ("c4", "MAX_MARK_LOST"),
    ]
    assert [item.refused for item in read_gift(data).items] == [None, None, None]
