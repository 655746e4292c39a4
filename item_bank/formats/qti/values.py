"""The values of QTI's response processing: typed, single or in containers; NULL is None.

QTI 2.2 information model, sections on variables, base types and cardinality.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from item_bank.stem import nfc

Atom = str | bool | Fraction | tuple[str, ...]

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?")
_INTEGER: Final = re.compile(r"[+-]?\d{1,40}")
_SHORT: Final = 24
NUMERIC: Final = frozenset({"integer", "float"})
TEXTUAL: Final = frozenset({"string", "identifier", "uri"})


@dataclass(frozen=True, slots=True)
class Value:
    """One or more atoms of one base type; a container without any is NULL, and so no Value."""

    atoms: tuple[Atom, ...]
    base: str
    cardinality: str = "single"

    @property
    def atom(self) -> Atom:
        return self.atoms[0]

    @property
    def number(self) -> Fraction | None:
        """What a single number is; None of anything else."""
        one = self.atoms[0]
        return one if isinstance(one, Fraction) and self.cardinality == "single" else None


def read_number(text: str) -> Fraction | None:
    """A number as XML has it, exactly; None where it is none, or longer than anybody would write."""
    return _short_number(text) if len(text) < _SHORT else _number(text)


def _number(text: str) -> Fraction | None:
    return Fraction(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


_short_number: Final = lru_cache(maxsize=1_000)(_number)  # nearly all are 0, 1 and the mark


def read_atom(text: str, base: str) -> Atom | None:
    """One value from its lexical form; None where it is none of its base type."""
    if base == "float":
        return read_number(text)
    if base == "integer":
        return Fraction(text.strip()) if _INTEGER.fullmatch(text.strip()) else None
    if base == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.strip())
    if base in {"pair", "directedPair", "point"}:
        parts = tuple(text.split())
        if len(parts) != 2 or (base == "point" and not all(_INTEGER.fullmatch(part) for part in parts)):
            return None
        return tuple(sorted(parts)) if base == "pair" else parts
    if base == "string":  # typed by people: compared in one Unicode form, white space as one space
        return " ".join(nfc(text).split()) or None
    return text.strip()


def make_value(texts: Sequence[str], base: str, cardinality: str) -> Value | None:
    """The value of these lexical forms: NULL where none is left that can be read."""
    atoms = tuple(atom for atom in (read_atom(text, base) for text in texts) if atom is not None)
    if not atoms or (cardinality == "single" and len(atoms) > 1):
        return None
    return Value(atoms, base, cardinality)


def single(atom: Atom | None, base: str) -> Value | None:
    return None if atom is None else Value((atom,), base)


def are_same(one: Value, other: Value) -> bool:
    """QTI's match: containers of one cardinality, the order of a multiple one does not matter."""
    if (one.cardinality == "ordered") != (other.cardinality == "ordered"):
        return False
    if (one.cardinality == "single") != (other.cardinality == "single"):
        return False
    if one.cardinality == "multiple":
        return Counter(one.atoms) == Counter(other.atoms)
    return one.atoms == other.atoms
