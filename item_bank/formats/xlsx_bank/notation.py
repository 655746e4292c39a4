"""The small notations of single cells, each read and written: lists, numbers, areas, weights, rubrics.

    a list          tờ khai tạm | tờ khai hải quan     a bar that is meant is doubled: ||
    a number        12,5   1/3   25%                   never one that can be read in two ways
    areas           rect 10 20 30 40; circle 5 5 3     in the order of the places, "-" for none
    limits          A=2; B=*                           to how many places, "*" to any number
    weights         A = 1/2 | B = -1/4
    their bounds    best=1; otherwise=0; low=0; high=-
    a rubric        Nêu đúng căn cứ = 10               one criterion a line, or with bars between them

Every reader raises InvalidItem with a code of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.foreign import Statistics
from item_bank.formats.xlsx_bank.words import upright
from item_bank.interactions.asked import Area
from item_bank.interactions.marking import Criterion, Weights
from item_bank.interactions.responses import readings
from item_bank.similarity import fold

NONE: Final = "-"
ANY: Final = "*"
_BETWEEN: Final = re.compile(r"[;\n]")
_RATIO: Final = re.compile(r"([+-]?[0-9]{1,30})\s*/\s*([0-9]{1,30})")
_GROUPS_OF_THREE: Final = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}")
_BOUNDS: Final[Mapping[str, str]] = {
    **{name: name for name in ("best", "otherwise", "low", "high")},
    "du diem": "best",
    "con lai": "otherwise",
    "thap nhat": "low",
    "cao nhat": "high",
}
_MATCHING: Final[Mapping[str, str]] = {
    **dict.fromkeys(("phan biet hoa thuong", "hoa thuong", "case"), "case"),
    **dict.fromkeys(("bo dau", "khong phan biet dau", "khong dau", "no marks"), "no marks"),
}
_STATISTICS: Final[Mapping[str, str]] = {
    "a": "a",
    "b": "b",
    "c": "c",
    "p": "p_value",
    "rpb": "point_biserial",
    "n": "n_responses",
}


def split_list(text: str) -> list[str]:
    """The parts between single bars, each without white space around it; a doubled bar is a bar."""
    parts, start, at = [], 0, 0
    while (at := text.find("|", at)) >= 0:
        if text.startswith("||", at):
            at += 2
            continue
        parts.append(text[start:at])
        start = at = at + 1
    parts.append(text[start:])
    return [part.replace("||", "|").strip() for part in parts]


def join_list(parts: Iterable[str]) -> str:
    return " | ".join(part.replace("|", "||") for part in parts)


def read_number(text: str) -> Decimal:
    """The number that is meant; raises InvalidItem NUMBER_UNCLEAR for none, and for one with two readings."""
    found = readings(upright(text).strip())
    if len(found) != 1:
        raise InvalidItem("NUMBER_UNCLEAR", value=text.strip()[:40])
    return next(iter(found))


def write_number(number: Decimal) -> str:
    """With a comma for the decimals, and as many of them as keep it from being read in two ways."""
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise InvalidItem("NUMBER_UNCLEAR", value=str(number))
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = f"{text}0" if _GROUPS_OF_THREE.fullmatch(text) else text
    return ("0" if text in {"-0", ""} else text).replace(".", ",")


def write_float(number: float) -> str:
    """A float so that its text means the same float."""
    if not math.isfinite(number):
        raise InvalidItem("NUMBER_UNCLEAR", value=str(number))
    return write_number(Decimal(repr(number)))


def read_fraction(text: str) -> Fraction:
    """1/3, 0,25 or 25 %; raises InvalidItem NUMBER_UNCLEAR."""
    typed = upright(text).strip()
    if (ratio := _RATIO.fullmatch(typed)) and int(ratio.group(2)):
        return Fraction(int(ratio.group(1)), int(ratio.group(2)))
    if typed.endswith("%"):
        return Fraction(read_number(typed[:-1])) / 100
    return Fraction(read_number(typed))


def write_fraction(number: Fraction) -> str:
    return str(number)


def read_areas(text: str) -> list[Area | None]:
    """Raises InvalidItem INVALID_AREA."""
    areas: list[Area | None] = []
    for typed in filter(None, map(str.strip, _BETWEEN.split(upright(text)))):
        shape, *coords = typed.replace(",", " ").split()
        if typed == NONE:
            areas.append(None)
        elif all(one.isascii() and one.isdigit() and len(one) < 7 for one in coords):
            areas.append(Area(shape.casefold(), tuple(map(int, coords))))
        else:
            raise InvalidItem("INVALID_AREA", shape=shape[:20], coords=typed[:80])
    return areas


def write_areas(areas: Iterable[Area | None]) -> str:
    return "; ".join(
        NONE if area is None else " ".join((area.shape, *map(str, area.coords))) for area in areas
    )


def _assignments(text: str, code: str) -> dict[str, str]:
    """Names with what stands behind the equals sign, each name once."""
    found: dict[str, str] = {}
    for typed in filter(None, map(str.strip, _BETWEEN.split(text))):
        name, sign, value = typed.rpartition("=")
        if not sign or not name.strip() or name.strip() in found:
            raise InvalidItem(code, value=typed[:80])
        found[name.strip()] = value.strip()
    return found


def read_limits(text: str) -> dict[str, int | None]:
    """Raises InvalidItem INVALID_LIMIT."""
    limits: dict[str, int | None] = {}
    for name, value in _assignments(upright(text), "INVALID_LIMIT").items():
        limits[name] = None if value == ANY else read_count(value)
    return limits


def read_count(text: str) -> int:
    """A whole number from 1; raises InvalidItem INVALID_LIMIT."""
    typed = upright(text).strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4 and int(typed)):
        raise InvalidItem("INVALID_LIMIT", value=typed[:40])
    return int(typed)


def write_limits(limits: Mapping[str, int | None]) -> str:
    return "; ".join(f"{name}={ANY if most is None else most}" for name, most in limits.items())


def read_weights(text: str) -> dict[str, Fraction]:
    """Raises InvalidItem INVALID_WEIGHTS, NUMBER_UNCLEAR."""
    found: dict[str, Fraction] = {}
    for typed in split_list(text):
        name, sign, value = typed.rpartition("=")
        if not sign or name.strip() in found:
            raise InvalidItem("INVALID_WEIGHTS", value=typed[:80])
        found[name.strip()] = read_fraction(value)
    return found


def write_weights(weights: Mapping[str, Fraction]) -> str:
    return join_list(f"{part} = {write_fraction(worth)}" for part, worth in weights.items())


def read_bounds(text: str, of: Mapping[str, Fraction]) -> Weights:
    """The weights with what they are held within: best 1, otherwise 0, low 0 and high none where not said.

    Raises InvalidItem INVALID_WEIGHTS, NUMBER_UNCLEAR.
    """
    said: dict[str, Fraction | None] = {"best": Fraction(1), "low": Fraction(0), "high": None}
    said["otherwise"] = Fraction(0)
    for name, value in _assignments(text, "INVALID_WEIGHTS").items():
        known = _BOUNDS.get(fold(upright(name)))
        if known is None:
            raise InvalidItem("INVALID_WEIGHTS", value=name[:80])
        said[known] = None if value == NONE else read_fraction(value)
    best, otherwise = said["best"], said["otherwise"]
    if best is None or otherwise is None:
        raise InvalidItem("INVALID_WEIGHTS", value=text[:80])
    return Weights(of, best, otherwise, said["low"], said["high"])


def write_bounds(weights: Weights) -> str:
    """Empty where all is as usual."""
    if weights == Weights(weights.of, Fraction(1)):
        return ""
    said = {
        "best": weights.best,
        "otherwise": weights.otherwise,
        "low": weights.low,
        "high": weights.high,
    }
    return "; ".join(
        f"{name}={NONE if value is None else write_fraction(value)}" for name, value in said.items()
    )


def read_rubric(text: str) -> tuple[Criterion, ...]:
    """Raises InvalidItem INVALID_RUBRIC; whether the points are sensible is told with the key."""
    parts = split_list(text)
    if len(parts) == 1 and "\n" in text:
        parts = [line.strip() for line in parts[0].split("\n") if line.strip()]
    return tuple(map(_criterion, parts))


def _criterion(typed: str) -> Criterion:
    description, sign, points = typed.rpartition("=")
    points = points.strip()
    if not sign or not (points.isascii() and points.isdigit() and len(points) <= 4):
        raise InvalidItem("INVALID_RUBRIC", value=typed[:80], points=points[:20])
    return Criterion(description.strip(), int(points))


def write_rubric(rubric: Iterable[Criterion]) -> str:
    """A line a criterion, where none of them has lines or bars itself."""
    lines = [f"{one.description} = {one.points}" for one in rubric]
    if any("|" in line or "\n" in line for line in lines):
        return join_list(lines)
    return "\n".join(lines)


def read_matching(text: str) -> tuple[bool, bool]:
    """(with_case, with_marks); raises InvalidItem INVALID_MATCHING."""
    said = set()
    for typed in filter(None, map(str.strip, re.split(r"[;,\n]", text))):
        known = _MATCHING.get(fold(upright(typed)))
        if known is None:
            raise InvalidItem("INVALID_MATCHING", value=typed[:80])
        said.add(known)
    return "case" in said, "no marks" not in said


def write_matching(*, with_case: bool, with_marks: bool) -> str:
    said = ["phân biệt hoa thường"] * with_case + ["bỏ dấu"] * (not with_marks)
    return "; ".join(said)


def read_statistics(text: str) -> Statistics:
    """a=1,2; b=-0,3; p=0,65; rpb=0,31; n=250; raises InvalidItem INVALID_STATISTICS, NUMBER_UNCLEAR."""
    found: dict[str, float] = {}
    n_responses = None
    for name, value in _assignments(upright(text), "INVALID_STATISTICS").items():
        known = _STATISTICS.get(name.casefold())
        if known is None:
            raise InvalidItem("INVALID_STATISTICS", value=name[:80])
        if known == "n_responses":
            n_responses = int(read_number(value))
        else:
            found[known] = float(read_number(value))
    return Statistics(**found, n_responses=n_responses)


def write_statistics(statistics: Statistics) -> str:
    said = [
        f"{name}={write_float(getattr(statistics, attribute))}"
        for name, attribute in _STATISTICS.items()
        if attribute != "n_responses" and getattr(statistics, attribute) is not None
    ]
    if statistics.n_responses is not None:
        said.append(f"n={statistics.n_responses}")
    return "; ".join(said)
