"""Legal acts as items cite them: their numbers, found in a text and spelled in one way, and when they hold.

A number is all that tells one act from another: authors shorten titles, and "Luật Hải quan" has had several.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from item_bank.errors import InvalidActNumber
from item_bank.stem import plain_line


class Kind(StrEnum):
    """What an act is, told by its number."""

    LAW = "law"
    ORDINANCE = "ordinance"
    DECREE = "decree"
    RESOLUTION = "resolution"
    DECISION = "decision"
    DIRECTIVE = "directive"
    CIRCULAR = "circular"
    CONSOLIDATED = "consolidated"
    OTHER = "other"


class Standing(StrEnum):
    """Whether an act holds on a day."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    REPEALED = "repealed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LegalAct:
    """An act of the register: `effective_to` is the first day on which it holds no longer."""

    number: str
    effective_from: date | None = None
    effective_to: date | None = None
    replaced_by: str | None = None


# the letters between the year and the body that issued the act → how they are written
_TYPES: Final = {
    **{same: same for same in ("TT", "TTLT", "NQ", "NQLT", "PL", "CT", "CTR", "VBHN", "L", "TB", "KL", "HD")},
    "ND": "NĐ",
    "QD": "QĐ",
    "QDI": "QĐi",
}
_KINDS: Final = {
    "QH": Kind.LAW,
    "UBTVQH": Kind.RESOLUTION,
    "NĐ": Kind.DECREE,
    "TT": Kind.CIRCULAR,
    "TTLT": Kind.CIRCULAR,
    "QĐ": Kind.DECISION,
    "NQ": Kind.RESOLUTION,
    "NQLT": Kind.RESOLUTION,
    "PL": Kind.ORDINANCE,
    "CT": Kind.DIRECTIVE,
    "VBHN": Kind.CONSOLIDATED,
}
# bodies whose spelling capitals without Đ would lose; every other is written in capitals
_BODIES: Final = {
    "TTG": "TTg",
    "BLDTBXH": "BLĐTBXH",
    "BGDDT": "BGDĐT",
    "BDTTG": "BDTTG",
    "HDTP": "HĐTP",
    "HDND": "HĐND",
    "HDBT": "HĐBT",
    "HDBA": "HĐBA",
    "TLD": "TLĐ",
    "TLDLDVN": "TLĐLĐVN",
}
# read where a space alone stands before them
_FAMILIAR: Final = "CP|TTG|BTC|BCT|BTP|BCA|BQP|BNV|BYT|NHNN|TCHQ|TCT|CHQ|UBND|VPQH"

_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("ĐÐƉ", "D"),  # the last two look like Đ and are typed for it
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        "_": "-",
        **dict.fromkeys("⁄∕／\\", "/"),
        **dict(zip("АВСЕНКМОРТХ", "ABCEHKMOPTX", strict=True)),  # Cyrillic letters that look like ours
    }
)
_JOINT: Final = "TTLT|NQLT"  # several bodies issue these together
_type: Final = "|".join(sorted(_TYPES, key=len, reverse=True))
_DASH, _SLASH, _END = r"\s*[-/]\s*", r"\s*/\s*", r"(?![A-Z0-9])"
# "NĐ08/2015/NĐ-CP": what kind of act it is may stand before the number without a space
_ORDINAL: Final = r"(?<![A-Z0-9/])(?:(?:ND|TT|TTLT|NQ|QD|CT|PL|SO|NO)\.?)?(?<![0-9]\.)(?P<ordinal>[0-9]{1,5})"
_YEAR: Final = r"(?P<year>(?:19|20)[0-9]{2})"
_BODY: Final = r"[A-Z&]{2,12}[0-9]{0,2}"
_NUMBERS: Final = (
    # 54/2014/QH13
    rf"{_ORDINAL}{_SLASH}{_YEAR}{_SLASH}(?P<assembly>(?:UBTV)?QH)[\s-]*(?P<term>[0-9]{{1,2}}){_END}",
    # 94/2015/TTLT/BTC-BTNMT
    rf"{_ORDINAL}{_SLASH}{_YEAR}{_SLASH}(?P<type>{_JOINT}){_DASH}(?P<body>{_BODY}(?:[-/]{_BODY}){{0,4}}){_END}",
    # 38/2015/TT-BTC, 1810/QĐ-TCHQ
    rf"{_ORDINAL}(?:{_SLASH}{_YEAR})?{_SLASH}(?P<type>(?!{_JOINT})(?:{_type}))"
    rf"(?:{_DASH}(?P<body>{_BODY})|\s*(?P<familiar>{_FAMILIAR})){_END}",
    # 08-2015-NĐ-CP, 08.2015.NĐ-CP: as files are named
    rf"{_ORDINAL}\s*(?P<mark>[.-])\s*{_YEAR}\s*(?P=mark)\s*(?P<type>(?!{_JOINT})(?:{_type}))"
    rf"{_DASH}(?P<body>{_BODY}){_END}",
    # 39-NQ/TW
    rf"{_ORDINAL}\s*-\s*(?P<party>NQ|QD|QDI|CT|KL|HD){_SLASH}TW{_END}",
    # Nghị định 08/2015: all decrees are the Government's
    rf"(?<![A-Z])(?:NGHI\s+DINH|ND(?:-CP)?|DECREE)(?:\s+(?:SO|NO\.?))?\s*:?\s*(?P<decree>[0-9]{{1,5}})"
    rf"(?:{_SLASH}|\s+NAM\s+)(?P<of>(?:19|20)[0-9]{{2}})"
    rf"(?!\s*/|[0-9])",
)
_SEARCHED: Final = tuple(re.compile(pattern) for pattern in _NUMBERS)


def cited_numbers(text: str) -> tuple[str, ...]:
    """The numbers of the acts that a text cites, in one spelling, in the order of their first mention."""
    bare = _bare(text)
    found = [(match.start(), _spelled(match)) for search in _SEARCHED for match in search.finditer(bare)]
    return tuple(dict.fromkeys(number for _at, number in sorted(found)))


def canonical_number(text: str) -> str:
    """The one number that a text names; raises InvalidActNumber when it names none, or several."""
    found = cited_numbers(text)
    if len(found) != 1:
        raise InvalidActNumber(
            "INVALID_ACT_NUMBER" if not found else "SEVERAL_ACT_NUMBERS", value=text.strip()
        )
    return found[0]


def kind_of(number: str) -> Kind:
    """What the act with this (canonical) number is."""
    letters = re.search(r"[^\W\d]+", number)
    return _KINDS.get(letters.group(), Kind.OTHER) if letters else Kind.OTHER


def standing(act: LegalAct | None, on: date) -> Standing:
    """Whether the act holds on this day; one that is not in the register is unknown."""
    if act is None:
        return Standing.UNKNOWN
    if act.effective_to is not None and act.effective_to <= on:
        return Standing.REPEALED
    if act.effective_from is not None and act.effective_from > on:
        return Standing.NOT_YET
    return Standing.IN_FORCE


def leads_back(number: str, successor: str, register: Mapping[str, str | None]) -> bool:
    """Whether naming this successor would make an act replace itself; `register`: number → its successor."""
    seen: set[str] = set()
    follows: str | None = successor
    while follows is not None and follows not in seen:
        if follows == number:
            return True
        seen.add(follows)
        follows = register.get(follows)
    return False


def by_rank(numbers: Iterable[str]) -> list[str]:
    """Laws before decrees before circulars, of each the newest first."""
    return sorted(numbers, key=_rank)


def _rank(number: str) -> tuple[int, int, int, str]:
    year = re.search(r"/((?:19|20)[0-9]{2})/", number)
    ordinal = re.match(r"[0-9]+", number)
    return (
        list(Kind).index(kind_of(number)),
        -int(year.group(1)) if year else 0,
        int(ordinal.group()) if ordinal else 0,
        number,
    )


def _bare(text: str) -> str:
    """Capitals without diacritics, one kind of dash and slash: all the spellings of a number look alike."""
    decomposed = unicodedata.normalize("NFKD", plain_line(text))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return bare.upper().translate(_SAME)


def _spelled(match: re.Match[str]) -> str:
    parts = match.groupdict()
    if parts.get("decree"):
        return f"{int(parts['decree']):02d}/{parts['of']}/NĐ-CP"
    ordinal = f"{int(parts['ordinal']):02d}"
    if parts.get("party"):
        return f"{ordinal}-{_TYPES[parts['party']]}/TW"
    start = f"{ordinal}/{parts['year']}" if parts["year"] else ordinal
    if parts.get("assembly"):
        return f"{start}/{parts['assembly']}{int(parts['term'])}"
    bodies = (parts["body"] or parts.get("familiar") or "").replace("&", "")
    spelled = "-".join(_BODIES.get(body, body) for body in re.split(r"[-/]", bodies))
    return f"{start}/{_TYPES[parts['type']]}-{spelled}"
