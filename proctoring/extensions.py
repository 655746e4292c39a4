"""Who may grant how much time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from proctoring.errors import ExtensionNeedsChairman, ExtensionRefused

PROCTOR_LIMIT_S: Final = 600
LARGEST_S: Final = 4 * 3600  # a mistyped figure must not give a day


class Grantor(StrEnum):
    PROCTOR = "proctor"
    CHAIRMAN = "chairman"


@dataclass(frozen=True, slots=True)
class Extension:
    seconds: int
    reason: str
    granted_by: Grantor


def require_grantable(extension: Extension, granted_before_s: int, limit_s: int = PROCTOR_LIMIT_S) -> None:
    """Refuse an extension of one sitting that needs a reason, sane seconds, or the chairman.

    Parameters
    ----------
    granted_before_s : what proctors have given this sitting so far; the limit is on the sum
    limit_s : from the rule pack
    """
    if not extension.reason.strip():
        raise ExtensionRefused("reason_missing")
    if not 0 < extension.seconds <= LARGEST_S:
        raise ExtensionRefused("seconds_out_of_range")
    left = max(0, limit_s - granted_before_s)
    if extension.granted_by is Grantor.PROCTOR and extension.seconds > left:
        raise ExtensionNeedsChairman(extension.seconds, left)
