"""Positions, the competencies they require, and the scales on which competencies are held."""

from dataclasses import dataclass
from typing import Final

from examsvc.positions.errors import LevelScaleMalformed

SHARE_TOTAL: Final = 60  # topic shares are stated as items of the usual paper of 60


@dataclass(frozen=True, slots=True)
class Topic:
    code: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Competency:
    """What an officer can do; the items of its topics are the evidence."""

    code: str
    name: str
    name_en: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    code: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """The level of a competency that a position asks for; a critical one cannot be made up for elsewhere."""

    position: str
    competency: str
    level: int
    weight: float = 1.0
    is_critical: bool = False


@dataclass(frozen=True, slots=True)
class TopicShare:
    """How many of sixty items a position's exam takes from a topic."""

    position: str
    topic: str
    items_of_60: int


@dataclass(frozen=True, slots=True)
class LevelScale:
    """Levels 0..n and the percents at which each level above 0 begins; a changed scale is a new version."""

    code: str
    version: int
    cut_percents: tuple[float, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.names) != len(self.cut_percents) + 1:
            raise LevelScaleMalformed(self.code, "one name more than cuts")
        if list(self.cut_percents) != sorted(set(self.cut_percents)):
            raise LevelScaleMalformed(self.code, "cuts not rising")
        if self.cut_percents and not 0 < self.cut_percents[0] <= self.cut_percents[-1] < 100:
            raise LevelScaleMalformed(self.code, "cuts not between 0 and 100")

    @property
    def label(self) -> str:
        """How a result names the scale that produced it."""
        return f"{self.code}@{self.version}"

    @property
    def shares(self) -> tuple[float, ...]:
        return tuple(percent / 100 for percent in self.cut_percents)

    @property
    def highest(self) -> int:
        return len(self.cut_percents)


CUSTOMS_0_3: Final = LevelScale(
    "CUSTOMS_0_3",
    1,
    (50, 66, 83),
    ("scale.customs.0", "scale.customs.1", "scale.customs.2", "scale.customs.3"),
)
