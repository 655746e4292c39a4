"""What a rule pack says about an exam, and its form as plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from examsvc.canonical import canonical_sha256
from examsvc.rulepacks.errors import RulePackMalformed

NAVIGATIONS = frozenset({"free", "forward", "section"})
FEEDBACKS = frozenset({"none", "score", "levels", "rationales"})


@dataclass(frozen=True, slots=True)
class LateGate:
    """How late a candidate may enter; between the two limits no text names a figure: a person decides."""

    short_limit_s: int = 30 * 60
    short_gate_s: int = 5 * 60
    long_limit_s: int = 60 * 60
    long_gate_s: int = 10 * 60

    def gate_s(self, limit_s: int) -> int | None:
        """Seconds after the start a candidate may still enter; None: the chairman decides."""
        if limit_s <= self.short_limit_s:
            return self.short_gate_s
        if limit_s >= self.long_limit_s:
            return self.long_gate_s
        return None


@dataclass(frozen=True, slots=True)
class RulePack:
    """Rules of one kind of exam; a change makes a new version, an old version never changes.

    Parameters
    ----------
    name_key : what the web layer translates into a name
    extension_limit_s : what a proctor may add to one sitting in total; beyond it the chairman decides
    min_items_per_competency : below it a competency reports "insufficient evidence"
    announce_at_s : remaining seconds at which the time is announced, falling
    feedback : what the candidate sees of a result: none, score, levels or rationales
    """

    code: str
    version: int
    name_key: str
    shows_result_at_once: bool
    feedback: str
    grace_s: int = 30
    late_gate: LateGate = LateGate()
    extension_limit_s: int = 600
    min_items_per_competency: int = 4
    navigation: str = "free"
    client_storage_allowed: bool = True
    announce_at_s: tuple[int, ...] = (600, 300, 60)

    @property
    def label(self) -> str:
        """How a result names the rules that produced it."""
        return f"{self.code}@{self.version}"

    def __post_init__(self) -> None:
        if self.version < 1:
            raise RulePackMalformed("version", "below one")
        if self.navigation not in NAVIGATIONS:
            raise RulePackMalformed("navigation", "unknown value")
        if self.feedback not in FEEDBACKS:
            raise RulePackMalformed("feedback", "unknown value")
        if min(self.grace_s, self.extension_limit_s, self.min_items_per_competency) < 0:
            raise RulePackMalformed("seconds and counts", "negative")
        if list(self.announce_at_s) != sorted(set(self.announce_at_s), reverse=True):
            raise RulePackMalformed("announce_at_s", "not falling")


def pack_to_data(pack: RulePack) -> dict[str, Any]:
    """The pack as JSON-able data."""
    return asdict(pack) | {"announce_at_s": list(pack.announce_at_s)}


def pack_from_data(data: Mapping[str, Any]) -> RulePack:
    """The pack that the data describes; an unknown or absent field is refused, not guessed."""
    known = {field.name for field in fields(RulePack)}
    for name in data:
        if name not in known:
            raise RulePackMalformed(name, "unknown field")
    values = dict(data)
    try:
        if "late_gate" in values:
            values["late_gate"] = LateGate(**values["late_gate"])
        if "announce_at_s" in values:
            values["announce_at_s"] = tuple(values["announce_at_s"])
        return RulePack(**values)
    except TypeError as error:
        raise RulePackMalformed("rule pack", str(error)) from error


def pack_checksum(pack: RulePack) -> str:
    """SHA-256 of the canonical data: two packs with one checksum rule alike."""
    return canonical_sha256(pack_to_data(pack))
