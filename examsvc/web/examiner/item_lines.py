"""The items of a calibration as rows of a table: sorted by any column, filtered by flag and topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from examsvc.services import parameters
from examsvc.store import Session, measuring
from examsvc.store.models import ItemParameterRow, ItemRow, ItemVersionRow, TopicRow
from examsvc.web.item_flags import ItemFlag, item_flags
from scoring import ItemParams

CARRIED_OVER: Final = "CARRIED_OVER"
NOT_CALIBRATED: Final = ("TOO_FEW_RESPONSES", "ALL_CORRECT", "ALL_WRONG", "ONE_CATEGORY")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of a calibration as a row of its table: no wording."""

    parameter: ItemParameterRow
    version: ItemVersionRow
    item: ItemRow
    topic: TopicRow
    flags: list[ItemFlag]

    @property
    def is_serious(self) -> bool:
        """Whether a flag asks for a decision."""
        return any(flag.words.is_serious for flag in self.flags)

    @property
    def codes(self) -> set[str]:
        """The stable codes of the flags."""
        return {str(flag["code"]) for flag in self.parameter.flags}

    @property
    def is_carried(self) -> bool:
        """Whether its figures, flags and all, are those of the calibration before."""
        return CARRIED_OVER in self.codes

    @property
    def is_judged(self) -> bool:
        """Whether nobody has answered it: its parameters are the authors' judgement."""
        return self.parameter.a is not None and not self.parameter.n_responses

    def fit(self, name: str) -> Any:
        """A figure of fit; None where it was not computed."""
        return (self.parameter.fit or {}).get(name)


Value = Callable[[ItemLine], Any]
COLUMNS: Final[dict[str, Value]] = {
    "code": lambda line: line.item.code,
    "topic": lambda line: line.topic.code,
    "n": lambda line: line.parameter.n_responses,
    "p": lambda line: line.parameter.p_value,
    "rpb": lambda line: line.parameter.point_biserial,
    "a": lambda line: line.parameter.a,
    "se_a": lambda line: line.parameter.se_a,
    "b": lambda line: line.parameter.b,
    "se_b": lambda line: line.parameter.se_b,
    "c": lambda line: line.parameter.c,
    "sx2": lambda line: line.fit("p"),
    "infit": lambda line: line.fit("infit"),
    "outfit": lambda line: line.fit("outfit"),
    "flags": lambda line: (line.is_serious, len(line.flags)),
}
SHOWN: Final[dict[str, Callable[[ItemLine], bool]]] = {
    "all": lambda _line: True,
    "flagged": lambda line: bool(line.flags) and not line.is_carried,
    "serious": lambda line: line.is_serious and not line.is_carried,
    "carried": lambda line: line.is_carried,
    "judged": lambda line: line.is_judged,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which items a reader wants to see, in which order; what is not known counts as not said."""

    show: str
    flag: str
    topic: str
    sort: str

    def keeps(self, line: ItemLine) -> bool:
        """Whether the item is wanted."""
        return (
            SHOWN[self.show](line)
            and (not self.flag or self.flag in line.codes)
            and (not self.flag or self.show == "carried" or not line.is_carried)
            and (not self.topic or self.topic == line.topic.code)
        )

    def of(self, lines: Sequence[ItemLine]) -> list[ItemLine]:
        """The wanted items in the wanted order."""
        return sort_lines([line for line in lines if self.keeps(line)], self.sort)

    def with_(self, **changes: str) -> dict[str, str | None]:
        """The arguments of an address that wishes the same but for the changes."""
        given = {"show": self.show, "flag": self.flag, "topic": self.topic, "sort": self.sort} | changes
        usual = {"show": "all", "sort": "code"}
        return {name: value if value and value != usual.get(name) else None for name, value in given.items()}


def read_wish(arguments: Mapping[str, str]) -> Wish:
    """From the address."""
    show, sort = arguments.get("show", "all"), arguments.get("sort", "code")
    return Wish(
        show=show if show in SHOWN else "all",
        flag=arguments.get("flag", ""),
        topic=arguments.get("topic", ""),
        sort=sort if sort.removeprefix("-") in COLUMNS else "code",
    )


def list_lines(session: Session, calibration_id: int) -> list[ItemLine]:
    """All items of a calibration by code."""
    return [
        ItemLine(*found, flags=item_flags(found[0].flags))
        for found in measuring.list_item_rows(session, calibration_id)
    ]


def sort_lines(lines: list[ItemLine], sort: str) -> list[ItemLine]:
    """By a column of the table, descending after a minus; what has no figure comes last either way."""
    value = COLUMNS.get(sort.removeprefix("-"), COLUMNS["code"])
    known = [line for line in lines if value(line) is not None]
    unknown = [line for line in lines if value(line) is None]
    return sorted(known, key=value, reverse=sort.startswith("-")) + unknown


def count_flags(lines: Sequence[ItemLine]) -> dict[str, int]:
    """How many items bear each flag, the most frequent first."""
    return dict(Counter(code for line in lines for code in line.codes - {CARRIED_OVER}).most_common())


def params_of(lines: Sequence[ItemLine]) -> ItemParams:
    """The parameters of those items that have any."""
    return parameters.params_of([line.parameter for line in lines if line.parameter.a is not None])
