"""Every rule pack that ever ruled an exam, by code and version."""

from collections.abc import Mapping
from typing import Any, Final

from examsvc.rulepacks.errors import RulePackUnknown
from examsvc.rulepacks.pack import RulePack, pack_from_data

# Append only: a result names the version that produced it, so a published entry is never edited.
PACK_DATA: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "code": "RECRUITMENT_C22",
        "version": 1,
        "name_key": "rulepack.recruitment_c22",
        "shows_result_at_once": True,
        "feedback": "score",
        "client_storage_allowed": False,  # the exam PC keeps nothing of the exam
    },
    {
        "code": "INTERNAL_CA",
        "version": 1,
        "name_key": "rulepack.internal_ca",
        "shows_result_at_once": True,
        "feedback": "levels",
    },
    {
        "code": "PRACTICE",
        "version": 1,
        "name_key": "rulepack.practice",
        "shows_result_at_once": True,
        "feedback": "rationales",
        "late_gate": {
            "short_limit_s": 86_400,  # practice has no gate worth the name: a day
            "short_gate_s": 86_400,
            "long_limit_s": 86_400,
            "long_gate_s": 86_400,
        },
    },
)

_PACKS: Final[Mapping[tuple[str, int], RulePack]] = {
    (pack.code, pack.version): pack for pack in map(pack_from_data, PACK_DATA)
}


def list_packs() -> tuple[RulePack, ...]:
    return tuple(_PACKS[place] for place in sorted(_PACKS))


def find_pack(code: str, version: int | None = None) -> RulePack | None:
    """The pack of this version, or the newest of the code where no version is named."""
    if version is not None:
        return _PACKS.get((code, version))
    versions = [known for name, known in _PACKS if name == code]
    return _PACKS[code, max(versions)] if versions else None


def get_pack(code: str, version: int | None = None) -> RulePack:
    pack = find_pack(code, version)
    if pack is None:
        raise RulePackUnknown(code, version)
    return pack
