"""The codes that readers and writers of files may say, collected from their source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ITEM_BANK: Final = Path(__file__).resolve().parents[3] / "item_bank"
_SAYS: Final = frozenset(
    {"Refused", "InvalidItem", "ImportRefused", "InvalidMedia", "InvalidResponse", "Remark", "_Unreadable"}
    | {"lose", "add", "open_zip", "decoded"}
)
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|ADAPTIVE|EMPTY|ENCRYPTED|HIDDEN|REFUSED")
_LOSS: Final = re.compile(r"[A-Z]+(?:_[A-Z]+)*_LOST")
# where errors of files come from, beside the formats themselves
_BESIDE: Final = ("interactions", "stimulus.py", "translation.py", "media.py", "math.py")
# said in parts: one word of the code is a variable
_COMPOSED: Final = {
    "WRONG_NUMBER_OF_OPTIONS": {"count", "least", "most"},
    "WRONG_NUMBER_OF_PLACES": {"count", "least", "most"},
    "OPTION_ID_TWICE": {"value"},
    "PLACE_ID_TWICE": {"value"},
}


@dataclass(slots=True)
class Said:
    """A code, where it stands, and the facts that it has wherever it is said."""

    places: list[str] = field(default_factory=list)
    facts: set[str] | None = None


def remark_codes() -> dict[str, Said]:
    """By code; `facts` are those on which its words may rely."""
    found = {code: Said(["composed"], set(facts)) for code, facts in _COMPOSED.items()}
    for path in _sources():
        for line, code, facts in _said_in(ast.parse(path.read_text("utf-8"))):
            said = found.setdefault(code, Said())
            said.places.append(f"{path.relative_to(ITEM_BANK)}:{line}")
            said.facts = facts if said.facts is None else said.facts & facts
    # the place in the file is the remark's own, and no fact of its words
    for code, said in found.items():
        said.facts = (said.facts or set()) - {"line"}
        assert said.places, code
    return found


def _said_in(tree: ast.Module) -> Iterator[tuple[int, str, set[str]]]:
    """Line, code and facts; a loss that stands in a table of losses has none."""
    called: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _SAYS:
            facts = {word.arg for word in node.keywords if word.arg} | _given(node)
            for constant, code in _codes(node):
                called.add(id(constant))
                yield node.lineno, code, facts
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in called and _LOSS.fullmatch(str(node.value)):
            yield node.lineno, str(node.value), set()


def _sources() -> Iterator[Path]:
    yield from sorted((ITEM_BANK / "formats").rglob("*.py"))
    for name in _BESIDE:
        path = ITEM_BANK / name
        yield from sorted(path.glob("*.py")) if path.is_dir() else [path]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _codes(call: ast.Call) -> Iterator[tuple[ast.Constant, str]]:
    for argument in call.args:
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
                yield node, node.value


def _given(call: ast.Call) -> set[str]:
    """The facts of a remark that are written as a dictionary."""
    keys = [key for one in call.args if isinstance(one, ast.Dict) for key in one.keys]
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
