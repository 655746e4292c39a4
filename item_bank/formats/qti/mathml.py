r"""MathML as the bank's LaTeX, only where that LaTeX is shown as exactly this MathML again."""

from __future__ import annotations

import html
import re
from typing import Final

from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.xml import Node, parse
from item_bank.math import to_mathml

_TEX: Final = frozenset({"application/x-tex", "application/x-latex", "latex", "tex", "text/latex"})
_UNSEEN: Final = frozenset({"semantics", "mrow", "math", "mstyle"})
_MEANT: Final = frozenset({"mathvariant", "linethickness", "notation"})
_LETTERS: Final = re.compile(r"[A-Za-z]")
_PLAIN_SIGNS: Final = re.compile(r"[A-Za-z0-9.,+\-=/()|!:;'<>]+")
_SIGNS: Final = {
    "×": r"\times", "÷": r"\div", "·": r"\cdot", "⋅": r"\cdot", "±": r"\pm", "≤": r"\le", "≥": r"\ge",
    "≠": r"\ne", "≈": r"\approx", "∞": r"\infty", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "→": r"\to",
    "∈": r"\in", "∂": r"\partial", "%": r"\%", "−": "-", "α": r"\alpha", "β": r"\beta", "γ": r"\gamma",
    "δ": r"\delta", "Δ": r"\Delta", "ε": r"\epsilon", "θ": r"\theta", "λ": r"\lambda", "μ": r"\mu",
    "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "Σ": r"\Sigma", "φ": r"\phi", "ω": r"\omega",
    "Ω": r"\Omega",
}  # fmt: skip


def to_latex(math: Node) -> str | None:
    r"""The formula between \( \) or \[ \]; None where LaTeX would not show the same.

    Tried are the LaTeX that the file carries beside its MathML, and what the elements translate to.
    """
    display = math.get("display") == "block"
    opener, closer = (r"\[", r"\]") if display else (r"\(", r"\)")
    wanted = _shape(math)
    for source in (*_annotations(math), _latex(math)):
        if source is None or "\\)" in source or "\\]" in source:
            continue
        typed = f"{opener}{source.strip()}{closer}"
        if _shown(typed) == wanted:
            return typed
    return None


def as_text(math: Node) -> str:
    """The formula on one line, its structure in brackets: what is left where it has no LaTeX."""
    if math.name in {"annotation", "annotationXml"}:
        return ""
    parts = [as_text(child) for child in math.children]
    parts = parts if math.children else [math.text.strip()]
    between = {"mfrac": "/", "msup": "^", "msub": "_", "munder": "_", "mover": "^", "mroot": "√"}
    if math.name in between and len(parts) == 2:
        return f"({parts[0]}){between[math.name]}({parts[1]})"
    if math.name == "msqrt":
        return f"√({' '.join(parts)})"
    if math.name in {"mtr", "mtable", "msubsup", "munderover"}:
        return "(" + "; ".join(parts) + ")"
    return " ".join(part for part in parts if part)


Shape = tuple[str, str, tuple[object, ...]]


def _shown(typed: str) -> Shape | None:
    shown = to_mathml(html.escape(typed, quote=False))
    if not shown.startswith("<math"):
        return None
    try:
        return _shape(parse(shown.encode("utf-8")))
    except Refused:
        return None


def _shape(node: Node) -> Shape:
    """What is seen of a formula: rows that only hold together and unseen attributes are left out."""
    name = "mrow" if node.name in _UNSEEN else node.name
    shapes = [_shape(child) for child in node.children if child.name not in {"annotation", "annotationXml"}]
    parts: list[object] = []
    for shape in shapes:
        if name not in {"mrow", "msqrt", "mtd"}:
            parts.append(_held(shape))
        elif shape[0] == "mrow":
            parts.extend(shape[2])
        else:
            parts.append(shape)
    said = ",".join(f"{key}={node.get(key)}" for key in sorted(_MEANT & node.attributes.keys()))
    text = "" if node.children else " ".join(node.text.split()).replace("−", "-")
    return name, f"{said}|{text}", tuple(parts)


def _held(shape: Shape) -> Shape:
    while shape[0] == "mrow" and len(shape[2]) == 1 and isinstance(shape[2][0], tuple):
        shape = shape[2][0]
    return shape


def _annotations(math: Node) -> list[str | None]:
    return [
        node.text
        for node in math.within("annotation")
        if node.get("encoding").lower() in _TEX and len(node.text) <= 1_000
    ]


def _latex(node: Node) -> str | None:
    """What the element translates to; None where a part has no translation."""
    if node.name in {"mi", "mn", "mo"}:
        return _sign(" ".join(node.text.split()))
    if node.name == "mtext":
        text = node.text.strip()
        return rf"\text{{{text}}}" if text and not re.search(r"[\\{}$%&#_^]", text) else None
    parts = [_latex(child) for child in node.children if child.name != "annotation"]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if node.name in _UNSEEN | {"mtd"}:
        return " ".join(known)
    if node.name == "msqrt":
        return rf"\sqrt{{{' '.join(known)}}}"
    pattern = _PATTERNS.get((node.name, len(known)))
    return None if pattern is None else pattern.format(*known)


def _sign(text: str) -> str | None:
    if text in _SIGNS:
        return _SIGNS[text]
    if _PLAIN_SIGNS.fullmatch(text) and (len(text) == 1 or not _LETTERS.search(text)):
        return text
    return rf"\{text}" if text in {"sin", "cos", "tan", "ln", "log", "lim", "max", "min", "exp"} else None


_PATTERNS: Final = {
    ("mfrac", 2): r"\frac{{{0}}}{{{1}}}",
    ("msup", 2): "{{{0}}}^{{{1}}}",
    ("msub", 2): "{{{0}}}_{{{1}}}",
    ("msubsup", 3): "{{{0}}}_{{{1}}}^{{{2}}}",
    ("munderover", 3): "{0}_{{{1}}}^{{{2}}}",
    ("munder", 2): "{0}_{{{1}}}",
    ("mover", 2): r"\overset{{{1}}}{{{0}}}",
    ("mroot", 2): r"\sqrt[{1}]{{{0}}}",
}
