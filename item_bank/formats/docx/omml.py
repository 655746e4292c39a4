r"""Word's equations (OMML) as the bank's LaTeX, as far as the bank can show it.

Source: ECMA-376 part 1, chapter 22.1 (Math).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Final

from lxml import etree

from item_bank.formats.docx.omml_signs import ACCENTS, BRACKETS, FUNCTIONS, GREEK, NARY, PLAIN, SIGNS
from item_bank.formats.docx.package import M, W, tag_of
from item_bank.math import formula_faults
from item_bank.stem import nfc, strip_invisible

MAX_DEPTH: Final = 30
_ON: Final = frozenset({"", "1", "true", "on"})
_NEXT_ROW: Final = r" \\ "
_WORD: Final = re.compile(r"[^\W\d_]{2,}(?:[ ]+[^\W\d_]+)*|[^\W\d_\x00-\x7f]")


class _NoLatex(Exception):
    """A part of the equation that the bank's LaTeX cannot say."""


def to_latex(math: etree._Element, *, display: bool = False) -> str | None:
    r"""The equation between \( \), or \[ \] on a line of its own; None where the bank could not show it."""
    try:
        body = " ".join(_row(math, 0).split())
    except _NoLatex:
        return None
    opener, closer = (r"\[", r"\]") if display else (r"\(", r"\)")
    typed = f"{opener}{body}{closer}"
    if not body or closer in body or formula_faults(html.escape(typed, quote=False)):
        return None
    return typed


def as_text(math: etree._Element) -> str:
    """The signs of the equation in a row: what is left where it has no LaTeX."""
    signs = "".join(one.text or "" for one in math.iter(f"{M}t", f"{W}t"))
    return " ".join(nfc(strip_invisible(signs)).split())


def _row(element: etree._Element | None, depth: int) -> str:
    if element is None:
        return ""
    if depth > MAX_DEPTH:
        raise _NoLatex
    return " ".join(filter(None, (_part(child, depth + 1) for child in element)))


def _part(element: etree._Element, depth: int) -> str:
    name = tag_of(element)
    if not name.startswith(M):  # of Word's own: inserted and smart-tagged text, bookmarks, properties
        holds = name in {f"{W}ins", f"{W}smartTag", f"{W}moveTo", f"{W}hyperlink"}
        return _row(element, depth) if holds else ""
    name = name.removeprefix(M)
    if name.endswith("Pr"):
        return ""
    if name in _BUILDERS:
        return _BUILDERS[name](element, depth)
    if name in {"oMath", "e", "box", "num", "den", "sub", "sup", "deg", "fName", "lim"}:
        return _row(element, depth)
    raise _NoLatex


def _group(element: etree._Element, name: str, depth: int) -> str:
    return f"{{{_row(element.find(M + name), depth)}}}"


def _said(element: etree._Element, name: str, otherwise: str) -> str:
    """A property's value; `otherwise` where it is not there, nothing where it is said to be empty."""
    found = element.find(f"{M}{tag_of(element).removeprefix(M)}Pr/{M}{name}")
    return otherwise if found is None else found.get(f"{M}val", "")


def _is_on(element: etree._Element, name: str) -> bool:
    return _said(element, name, "off") in _ON


def _run(element: etree._Element, _depth: int) -> str:
    text = nfc(strip_invisible("".join(one.text or "" for one in element.iter(f"{M}t", f"{W}t"))))
    properties = element.find(f"{M}rPr")
    normal = properties.find(f"{M}nor") if properties is not None else None
    if normal is not None and normal.get(f"{M}val", "") in _ON:
        return _words(text)
    pieces: list[str] = []
    place = 0
    for word in _WORD.finditer(text):
        pieces.append(_signs(text[place : word.start()]))
        pieces.append(_named(word.group()))
        place = word.end()
    return "".join([*pieces, _signs(text[place:])])


def _named(word: str) -> str:
    """A function, letters that are multiplied, or words of a language."""
    if word in FUNCTIONS:
        return rf"\{word} "
    if len(word) == 1 or (word.isascii() and len(word) <= 2) or all(sign in GREEK for sign in word):
        return _signs(word)
    return _words(word)


def _words(text: str) -> str:
    if not text.strip():
        return " "
    if re.search(r"[\\{}$&#_^~]", text):
        raise _NoLatex
    return rf"\text{{{text}}}"


def _signs(text: str) -> str:
    return "".join(map(_sign, text))


def _sign(sign: str) -> str:
    command = GREEK.get(sign) or SIGNS.get(sign)
    if command:
        return rf"\{command} "
    if sign in PLAIN:
        return PLAIN[sign]
    if ord(sign) >= 0x1D400 and ord(sign) <= 0x1D7FF:  # letters of mathematics: the letters they look like
        raise _NoLatex
    return sign


def _fraction(element: etree._Element, depth: int) -> str:
    above, below = _group(element, "num", depth), _group(element, "den", depth)
    match _said(element, "type", "bar"):
        case "noBar":
            return rf"\substack{{{above[1:-1]} \\ {below[1:-1]}}}"
        case "lin" | "skw":
            return f"{above}/{below}"
    return rf"\frac{above}{below}"


def _scripts(*names: str) -> Callable[[etree._Element, int], str]:
    signs = {"sub": "_", "sup": "^"}

    def written(element: etree._Element, depth: int) -> str:
        scripts = "".join(signs[name] + _group(element, name, depth) for name in names)
        return _group(element, "e", depth) + scripts

    return written


def _before(element: etree._Element, depth: int) -> str:
    scripts = f"_{_group(element, 'sub', depth)}^{_group(element, 'sup', depth)}"
    return f"{{}}{scripts}{_group(element, 'e', depth)}"


def _root(element: etree._Element, depth: int) -> str:
    degree = _row(element.find(f"{M}deg"), depth).strip()
    if not degree or _is_on(element, "degHide"):
        return rf"\sqrt{_group(element, 'e', depth)}"
    if "]" in degree:
        raise _NoLatex
    return rf"\sqrt[{degree}]{_group(element, 'e', depth)}"


def _nary(element: etree._Element, depth: int) -> str:
    sign = _said(element, "chr", "∫")
    if sign not in NARY:
        raise _NoLatex
    said = NARY[sign]
    for name, script in (("sub", "_"), ("sup", "^")):
        limit = _group(element, name, depth)
        if limit.strip("{} ") and not _is_on(element, f"{name}Hide"):
            said += script + limit
    return f"{said} {_group(element, 'e', depth)}"


def _brackets(element: etree._Element, depth: int) -> str:
    begin, end = _said(element, "begChr", "("), _said(element, "endChr", ")")
    between = _said(element, "sepChr", "|")
    if begin not in BRACKETS or end not in BRACKETS:
        raise _NoLatex
    parts = [_row(one, depth) for one in element.findall(f"{M}e")]
    if begin == "{" and end == "" and len(parts) == 1 and parts[0].startswith(r"\begin{matrix}"):
        inside = parts[0].removeprefix(r"\begin{matrix}").removesuffix(r"\end{matrix}")
        return rf"\begin{{cases}}{inside}\end{{cases}}"
    inside = f" {_signs(between)} ".join(parts)
    return rf"\left{BRACKETS[begin]} {inside} \right{BRACKETS[end]}"


def _stacked(rows: list[str]) -> str:
    return rf"\begin{{matrix}} {_NEXT_ROW.join(rows)} \end{{matrix}}"


def _matrix(element: etree._Element, depth: int) -> str:
    rows = [
        " & ".join(_row(cell, depth) for cell in row.findall(f"{M}e")) for row in element.findall(f"{M}mr")
    ]
    return _stacked(rows)


def _lines(element: etree._Element, depth: int) -> str:
    rows = [_row(one, depth).replace(r"\&", "&") for one in element.findall(f"{M}e")]
    if any("&" in row for row in rows):
        raise _NoLatex
    return _stacked(rows)


def _function(element: etree._Element, depth: int) -> str:
    name = _row(element.find(f"{M}fName"), depth)
    return f"{name} {_group(element, 'e', depth)}"


def _accent(element: etree._Element, depth: int) -> str:
    name = ACCENTS.get(_said(element, "chr", "\u0302"))
    if name is None or name in {"acute", "check"}:
        raise _NoLatex
    return rf"\{name}{_group(element, 'e', depth)}"


def _bar(element: etree._Element, depth: int) -> str:
    name = "underline" if _said(element, "pos", "bot") == "bot" else "overline"
    return rf"\{name}{_group(element, 'e', depth)}"


def _limit(script: str) -> Callable[[etree._Element, int], str]:
    def written(element: etree._Element, depth: int) -> str:
        base, limit = _row(element.find(f"{M}e"), depth).strip(), _group(element, "lim", depth)
        if re.fullmatch(r"\\(?:lim|max|min|sup|inf)", base):
            return f"{base}{script}{limit}"
        return rf"\{'under' if script == '_' else 'over'}set{limit}{{{base}}}"

    return written


def _grouping(element: etree._Element, depth: int) -> str:
    name = {"⏟": "underbrace", "⏞": "overbrace"}.get(_said(element, "chr", "⏟"))
    if name is None:
        raise _NoLatex
    return rf"\{name}{_group(element, 'e', depth)}"


_BUILDERS: Final[dict[str, Callable[[etree._Element, int], str]]] = {
    "r": _run,
    "f": _fraction,
    "sSup": _scripts("sup"),
    "sSub": _scripts("sub"),
    "sSubSup": _scripts("sub", "sup"),
    "sPre": _before,
    "rad": _root,
    "nary": _nary,
    "d": _brackets,
    "m": _matrix,
    "eqArr": _lines,
    "func": _function,
    "acc": _accent,
    "bar": _bar,
    "limLow": _limit("_"),
    "limUpp": _limit("^"),
    "groupChr": _grouping,
    "borderBox": lambda element, depth: rf"\boxed{_group(element, 'e', depth)}",
    "phant": lambda element, depth: rf"\phantom{_group(element, 'e', depth)}",
}
