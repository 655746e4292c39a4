r"""Formulas in a wording: LaTeX between \( \), \[ \] or $$ $$ as the author typed it, MathML for the reader.

A single dollar sign is a price and never opens a formula.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

import nh3
from latex2mathml.converter import Converter
from latex2mathml.symbols_parser import convert_symbol

MAX_LENGTH = 1_000  # characters of one formula
MAX_DEPTH = 12  # groups in groups
MAX_COMMANDS = 150
MAX_NESTING = 40  # elements in elements: roots need no groups to stand in each other
MAX_FORMULAS = 60  # of one text

_CLOSERS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}
_OPENER_OR_TAG = re.compile(r"\\\(|\\\[|\$\$|<[^>]*>")
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|.)", re.DOTALL)
_GROUPING = re.compile(r"\\\\|\\[{}]|\\left(?![a-z])|\\right(?![a-z])|\\begin(?![a-z])|\\end(?![a-z])|[{}]")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{([^{}]*)\}")
# outside of \text{…}, a number as Vietnamese writes it (1.500,5) is one, and a bare % no comment but 20 %
_OTHERWISE = re.compile(
    r"(\\(?:text|mbox|operatorname)[a-z]*\s*\{[^}]*\}|\\.)|(\d+(?:(?:[.,]|\{,\})\d+)+)|%", re.DOTALL
)
_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# what builds a formula; signs such as \le or \alpha are known by their Unicode character
_BUILDERS = _words(
    "frac dfrac tfrac cfrac binom sqrt overline underline hat bar vec dot ddot tilde widehat widetilde",
    "overbrace underbrace overset underset stackrel left right middle big Big bigg Bigg bigl bigr Bigl Bigr",
    "begin end text textbf textit textrm mbox mathrm mathbf mathit mathsf mathbb mathcal mathfrak",
    "operatorname limits nolimits sum prod int lim max min sup inf log ln lg exp sin cos tan cot arcsin",
    "arccos arctan det gcd deg dim ker mod pmod bmod quad qquad displaystyle textstyle hline not cancel",
    "boxed phantom substack xrightarrow xleftarrow",
)
_KNOWN = _BUILDERS | frozenset("\\,;:! {}%$&#_|>")  # or a backslash and one sign
_ENVIRONMENTS = _words("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix cases array aligned split")
_TAGS = _words(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup mover munder munderover mstyle",
    "mtable mtr mtd mpadded mphantom mmultiscripts mprescripts menclose",
)
_ATTRIBUTES = _words(
    "display displaystyle scriptlevel stretchy fence separator form largeop movablelimits lspace rspace",
    "minsize maxsize symmetric accent accentunder linethickness mathvariant columnalign columnspacing",
    "rowspacing columnlines rowlines width height depth voffset notation",
)
_VALUE = re.compile(r"[a-zA-Z0-9.%+ -]{1,64}")
_UNSEEN_OPERATORS = frozenset("\u2061\u2062\u2063")  # applied to, times, and: read aloud
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"script", "style"},
    attributes={"*": set(_ATTRIBUTES)},
    attribute_filter=lambda _tag, _name, value: value if _VALUE.fullmatch(value) else None,
    generic_attribute_prefixes=set(),
    link_rel=None,
    url_schemes=set(),
)


@dataclass(frozen=True, slots=True)
class FormulaFault:
    """Why a formula cannot be shown: the `number`-th of its text, as typed in `source`."""

    code: str
    number: int
    source: str
    params: dict[str, Any] = field(default_factory=dict)


class _Unreadable(Exception):
    """A formula that is shown as it was typed."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class _Formula:
    """A stretch of a sanitised text: `body` is None where it is no formula, or one without an end."""

    text: str
    number: int = 0
    opener: str = ""
    body: str | None = None


def to_mathml(markup: str) -> str:
    """The sanitised text with its formulas as MathML; what is no formula stays exactly as it is."""
    pieces: list[str] = []
    for piece in _pieces(markup):
        try:
            pieces.append(_shown(piece) if piece.number else piece.text)
        except _Unreadable:
            pieces.append(_as_typed(piece))
    return "".join(pieces)


def formula_faults(markup: str) -> list[FormulaFault]:
    """The formulas of the sanitised text that its readers would see as they were typed."""
    faults: list[FormulaFault] = []
    for piece in _pieces(markup):
        try:
            if piece.number:
                _shown(piece)
        except _Unreadable as error:
            source = html.unescape(re.sub(r"<[^>]*>", " ", piece.text))
            faults.append(FormulaFault(error.code, piece.number, source[:80], error.params))
    return faults


def _pieces(markup: str) -> Iterator[_Formula]:
    """Formulas and what is between them, in order; together they are the whole text.

    What has no closer is looked for once a kind: a text of nothing but openers is read in one pass.
    """
    place, number, endless = 0, 0, set[str]()
    for found in _OPENER_OR_TAG.finditer(markup):
        opener = found.group()
        if found.start() < place or opener not in _CLOSERS or opener in endless:
            continue
        end = markup.find(_CLOSERS[opener], found.end())
        if end < 0:
            endless.add(opener)
        number += 1
        yield _Formula(markup[place : found.start()])
        place = found.end() if end < 0 else end + 2
        body = None if end < 0 else markup[found.end() : end]
        yield _Formula(markup[found.start() : place], number, opener, body)
    yield _Formula(markup[place:])


def _shown(piece: _Formula) -> str:
    if piece.body is None:
        raise _Unreadable("FORMULA_UNCLOSED")
    if piece.number > MAX_FORMULAS:
        raise _Unreadable("FORMULAS_TOO_MANY", limit=MAX_FORMULAS)
    body = piece.body.replace("<br>", " ")
    if "<" in body:
        raise _Unreadable("FORMULA_HAS_MARKUP")
    return _converted(html.unescape(body).strip(), piece.opener != r"\(")


def _as_typed(piece: _Formula) -> str:
    if piece.body is None or "<" in piece.body.replace("<br>", " "):
        return piece.text  # not ours to wrap: its tags may close outside
    return f"<code>{piece.text}</code>"


@lru_cache(maxsize=1024)
def _converted(source: str, display: bool) -> str:
    _check(source)
    prepared = _OTHERWISE.sub(_as_latex_has_it, source)
    try:
        tree = Converter(display="block" if display else "inline").convert_to_element(prepared)
    except Exception as error:  # the library raises whatever its input makes it stumble over
        raise _Unreadable("FORMULA_NOT_UNDERSTOOD") from error
    # the cleaner writes a name that XML does not know
    return _CLEANER.clean(_written(tree)).replace("&nbsp;", "\u00a0")


def _as_latex_has_it(found: re.Match[str]) -> str:
    kept, number = found.groups()
    if number:
        number = number.replace("{,}", ",")
        return rf"\text{{{number}}}"
    return kept or r"\%"


def _check(source: str) -> None:
    """Known commands, closed groups, and no more of either than a reader could take in."""
    if not source:
        raise _Unreadable("FORMULA_EMPTY")
    if len(source) > MAX_LENGTH:
        raise _Unreadable("FORMULA_TOO_LONG", limit=MAX_LENGTH, length=len(source))
    commands = _COMMAND.findall(source)
    if len(commands) > MAX_COMMANDS:
        raise _Unreadable("FORMULA_TOO_LONG", limit=MAX_LENGTH, length=len(source))
    for command in commands:
        if command[1:] not in _KNOWN and convert_symbol(command) is None:
            raise _Unreadable("FORMULA_UNKNOWN_COMMAND", command=command)
    for name in _ENVIRONMENT.findall(source):
        if name.strip() not in _ENVIRONMENTS:
            raise _Unreadable("FORMULA_UNKNOWN_COMMAND", command=rf"\begin{{{name.strip()}}}")
    _check_groups(source)


def _check_groups(source: str) -> None:
    opens = {"{": "}", r"\left": r"\right", r"\begin": r"\end"}
    waiting: list[str] = []
    for sign in _GROUPING.findall(source):
        if sign in opens:
            waiting.append(opens[sign])
            if len(waiting) > MAX_DEPTH:
                raise _Unreadable("FORMULA_TOO_DEEP", limit=MAX_DEPTH)
        elif sign in opens.values() and (not waiting or waiting.pop() != sign):
            raise _Unreadable("FORMULA_UNBALANCED", sign=sign)
    if waiting:
        raise _Unreadable("FORMULA_UNBALANCED", sign=waiting[-1])


def _written(element: Element, nesting: int = 0) -> str:
    """The element as text: known tags and harmless attributes alone, all characters escaped."""
    if nesting > MAX_NESTING:
        raise _Unreadable("FORMULA_TOO_DEEP", limit=MAX_DEPTH)
    tag = element.tag if element.tag in _TAGS else "mrow"
    text = _visible(html.unescape(element.text or ""))
    if tag == "mtext" and _NUMERAL.fullmatch(text):
        tag = "mn"
    said = "".join(
        f' {name}="{html.escape(value)}"'
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _VALUE.fullmatch(value)
    )
    inside = "".join(_written(child, nesting + 1) for child in element)
    return f"<{tag}{said}>{html.escape(text, quote=False)}{inside}</{tag}>"


def _visible(text: str) -> str:
    return "".join(
        character
        for character in text
        if character in _UNSEEN_OPERATORS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
