"""Formulas: LaTeX to MathML, prices left alone, and a broken formula that breaks nothing else."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from item_bank.math import MAX_FORMULAS, formula_faults, to_mathml
from item_bank.stem import from_authored, sanitise

TAG = re.compile(r"</?([a-z]+)((?: [a-z]+=\"[^\"]*\")*)>")


def rendered(typed: str) -> str:
    return to_mathml(from_authored(typed))


def faults(typed: str) -> list[str]:
    return [fault.code for fault in formula_faults(from_authored(typed))]


def test_a_formula_becomes_mathml_where_it_stands():
    assert rendered(r"Tính \(\frac{a}{b}\) ngay.") == (
        'Tính <math display="inline"><mrow><mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>'
        "</mrow></math> ngay."
    )


@pytest.mark.parametrize("typed", [r"\[x\]", "$$x$$", "\\[\nx\n\\]"])
def test_display_formulas_stand_on_a_line_of_their_own(typed):
    assert rendered(typed) == '<math display="block"><mrow><mi>x</mi></mrow></math>'


@pytest.mark.parametrize("typed", ["Giá $5 và $6", "Từ $5 đến $10.", "US$ 100", "a(b) [c]", "50$"])
def test_a_price_is_no_formula(typed):
    assert rendered(typed) == typed
    assert faults(typed) == []


def test_less_than_needs_no_escape():
    assert "<mo>&lt;</mo>" in rendered(r"\(a < b\)")


@pytest.mark.parametrize("number", ["1.500,5", "0,25", "30.480", "1{,}5"])
def test_a_vietnamese_number_is_one_number(number):
    assert f"<mn>{number.replace('{,}', ',')}</mn>" in rendered(rf"\({number}\)")


def test_a_percentage_does_not_swallow_the_rest():
    assert rendered(r"\(20% + x\)").endswith("<mo>+</mo><mi>x</mi></mrow></math>")
    assert "<mtext>5% thuế</mtext>" in html.unescape(rendered(r"\(\text{5% thuế}\)")).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (r"\(x", "FORMULA_UNCLOSED"),
        (r"\(\)", "FORMULA_EMPTY"),
        (r"\(\frac{a}{b\)", "FORMULA_UNBALANCED"),
        (r"\(\left( x\)", "FORMULA_UNBALANCED"),
        (r"\(\begin{cases} x\)", "FORMULA_UNBALANCED"),
        (r"\(\thue x\)", "FORMULA_UNKNOWN_COMMAND"),
        (r"\(\begin{tikzpicture}\end{tikzpicture}\)", "FORMULA_UNKNOWN_COMMAND"),
        (r"\(a^b^c\)", "FORMULA_NOT_UNDERSTOOD"),
        (r"\(x <b>y</b>\)", "FORMULA_HAS_MARKUP"),
        (rf"\({'x' * 1001}\)", "FORMULA_TOO_LONG"),
        (rf"\({'{' * 13}x{'}' * 13}\)", "FORMULA_TOO_DEEP"),
        (rf"\({chr(92)}sqrt {chr(92)}sqrt" + r"\sqrt" * 60 + r" x\)", "FORMULA_TOO_DEEP"),
    ],
)
def test_a_broken_formula_is_told_with_its_place_and_breaks_nothing(typed, code):
    found = formula_faults(from_authored(rf"\(a\) {typed}"))
    assert [(fault.code, fault.number) for fault in found] == [(code, 2)]
    shown = rendered(rf"\(a\) trước {typed}")
    assert shown.startswith('<math display="inline"><mrow><mi>a</mi></mrow></math> trước ')
    assert shown.count("<math") == 1


def test_a_broken_formula_is_shown_as_it_was_typed():
    assert rendered(r"\(\thue{x}\)") == r"<code>\(\thue{x}\)</code>"


@pytest.mark.parametrize(
    "typed",
    [
        r"\(\text{<script>alert(1)</script>}\)",
        r"\(\href{javascript:alert(1)}{x}\)",
        r"\(\style{position:fixed}{x}\)",
        r"\(\class{x}{y}\)",
        r"\(\text{&lt;img src=x onerror=alert(1)&gt;}\)",
        r"\(\mathrm{&amp;lt;svg onload=alert(1)&amp;gt;}\)",
        r"\(\text{</mtext></math><script>alert(1)</script>}\)",
        r"\(\text{<annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml>}\)",
        r"\(\unicode{3c}script\unicode{3e}\)",
        r"\(\def\x{\x\x}\x\)",
        r"\(\newcommand{\x}{y}\x\)",
        r"\(\color{red" + '" onclick="alert(1)' + r"}{x}\)",
        r"\(\rule{1em}{expression(alert(1))}\)",
    ],
)
def test_no_formula_carries_a_program_an_address_or_a_style(typed):
    shown = rendered(typed)
    for name, attributes in TAG.findall(shown):
        assert name in {"math", "mrow", "mtext", "mi", "mo", "mn", "code"}
        assert re.fullmatch(r'(?: (?:display|mathvariant|stretchy)="[a-z]+")?', attributes)
    assert "<script" not in shown
    assert "<img" not in shown


def test_a_text_of_nothing_but_openers_is_read_in_one_pass():
    hostile = sanitise(r"\(" * 2000 + "$$" * 1001 + r"\[")
    assert len(to_mathml(hostile)) < 10 * len(hostile)


def test_more_formulas_than_a_text_has_use_for_are_shown_as_typed():
    typed = r"\(x\)" * (MAX_FORMULAS + 2)
    assert faults(typed) == ["FORMULAS_TOO_MANY"] * 2
    assert rendered(typed).count("<math") == MAX_FORMULAS


PIECES = [r"\(", r"\)", r"\[", r"\]", "$$", "$", r"\frac", r"\sqrt", r"\text", "{", "}", "x", "^", "_", "&",
          r"\\", r"\left(", r"\right)", r"\begin{cases}", r"\end{cases}", "<b>", "</b>", "<", "&lt;", "1,5",
          "%", "'", " ", "á", r"\begin", r"\end", r"\not", r"\sum", r"\over", r"\verb|", "<td>",
          "<br>"]  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(max_size=80)))
def test_whatever_is_typed_only_mathml_is_added(typed):
    markup = from_authored(typed)
    shown = to_mathml(markup)
    without = re.sub(r"<math .*?</math>|</?code>", "", shown)
    kept = re.findall(r"<[^>]*>", markup)
    assert [tag for tag in re.findall(r"<[^>]*>", without) if tag not in kept] == []
    if not formula_faults(markup) and "<math" not in shown:
        assert shown == markup


def test_a_formula_with_words_is_well_formed_xml_too():
    found = to_mathml(r"\(94.000 \text{ USD}\)")
    assert ElementTree.fromstring(found).tag == "math"
    assert "\u00a0USD" in found
