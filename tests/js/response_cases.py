"""How the server reads responses of every interaction: the player must spell them the same way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from item_bank.errors import InvalidResponse
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.responses import read_response, readings

FILE: Final = Path(__file__).parent / "response_cases.json"
NUMBERS: Final = (
    *(
        "12",
        "12,5",
        "12.5",
        "-3",
        "\u22123",
        "\u20133",
        "+7",
        " 8 ",
        "\u00a08",
        "1.234",
        "1.234,5",
        "1,234.5",
    ),
    *(
        "1 234,5",
        "1\u00a0234",
        "1\u202f234.5",
        "1.234.567",
        "1,234,567.89",
        "0",
        "007",
        "1.23.4",
        "12,",
        ".5",
    ),
    *(
        "12 kg",
        "12%",
        "1e5",
        "1.234,567,8",
        "1,234,5",
        "--3",
        "+-3",
        "",
        " ",
        "1 2",
        "12 345",
        "1234 567",
        "١٢",
    ),
    *("9" * 30, "9" * 31, "1.234 567", "1 234.567", "12,345.6,7", "3.", "3,000,00", "-1.000", "1.000.00"),
)
TEXTS: Final = (
    "  Luồng đỏ \n",
    "Luo\u0302\u0300ng đo\u0309",
    "dòng 1\ndòng 2",
    "\u00a0a b\u2003",
    "\x1cx\x85",
    "\ufeffx",
    "𝛼🇻🇳",
)


def asked() -> dict[str, Asked]:
    """An item of each interaction that takes a response, by a name; several of those with limits."""
    four = tuple(Option(id_, id_) for id_ in "ABCD")
    free = tuple(Option(id_, id_, at_most=None) for id_ in "AB")
    gaps = tuple(Place(f"p{number}") for number in range(1, 4))
    wide = (Place("p1", at_most=2), Place("p2", at_most=None))
    own = tuple(Option(f"{place}{at}", "x", place=place) for place in ("p1", "p2") for at in "ab")
    areas = tuple(Place(f"p{at}", "x", Area("rect", (at, 0, at + 1, 1))) for at in range(1, 4))
    return {
        "single_choice": Asked(Interaction.SINGLE_CHOICE, four),
        "true_false": Asked(Interaction.TRUE_FALSE, four[:2]),
        "multiple_response": Asked(Interaction.MULTIPLE_RESPONSE, four, at_most=3),
        "multiple_response_free": Asked(Interaction.MULTIPLE_RESPONSE, four),
        "statements": Asked(Interaction.STATEMENTS, free, gaps),
        "order": Asked(Interaction.ORDER, four),
        "match": Asked(Interaction.MATCH, four, gaps),
        "match_wide": Asked(Interaction.MATCH, (*free, four[2]), wide),
        "inline_choice": Asked(Interaction.INLINE_CHOICE, own, gaps[:2]),
        "gap_match": Asked(Interaction.GAP_MATCH, four, gaps),
        "hotspot": Asked(Interaction.HOTSPOT, places=areas, at_most=2),
        "hottext": Asked(Interaction.HOTTEXT, places=gaps, at_most=1),
    }


_ACTS: Final[dict[str, tuple[str, ...]]] = {
    "single_choice": ("B", "D"),
    "true_false": ("B",),
    "multiple_response": ("A", "C A", "D B A", "B"),
    "multiple_response_free": ("D C B A", "C B"),
    "statements": ("B>p2", "A>p3 B>p1", "A>p1 A>p2 A>p3"),
    "order": ("A B C D", "D C B A", "C A D B"),
    "match": ("D>p2", "C>p3 A>p1", "B>p2 C>p1 D>p3"),
    "match_wide": ("B>p2 A>p2", "C>p1 B>p1 A>p2 B>p2", "A>p1 A>p2"),
    "inline_choice": ("p2b>p2", "p2a>p2 p1b>p1"),
    "gap_match": ("D>p3 A>p1", "B>p2"),
    "hotspot": ("p3 p1", "p2"),
    "hottext": ("p3",),
}


def _part(part: Option | Place) -> dict[str, Any]:
    place = part.place if isinstance(part, Option) else None
    return {"id": part.id, "content": part.content, "place": place, "at_most": part.at_most}


def _text_asked() -> Asked:
    return Asked(Interaction.ESSAY)


def _spelled(item: Asked, text: str) -> str | None:
    try:
        return read_response(item, text)
    except InvalidResponse:
        return None


def cases() -> dict[str, Any]:
    """Everything, as JSON-able data.

    `done` is what a candidate does, step by step, as parts of a response; `spelled` is its one spelling.
    """
    chosen = [
        {
            "name": name,
            "interaction": item.interaction.value,
            "options": [_part(option) for option in item.options],
            "places": [_part(place) for place in item.places],
            "at_most": item.at_most,
            "done": done.split(" "),
            "spelled": read_response(item, done),
        }
        for name, item in asked().items()
        for done in _ACTS[name]
    ]
    return {
        "chosen": chosen,
        "numbers": [{"typed": typed, "is_number": bool(readings(typed.strip()))} for typed in NUMBERS],
        "texts": [{"typed": typed, "spelled": _spelled(_text_asked(), typed)} for typed in TEXTS],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(cases(), ensure_ascii=True, indent=1) + "\n", "utf-8")
