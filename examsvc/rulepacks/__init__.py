"""Versioned rules of the exam room as data."""

from examsvc.rulepacks.errors import RulePackMalformed, RulePackUnknown
from examsvc.rulepacks.pack import LateGate, RulePack, pack_checksum, pack_from_data, pack_to_data
from examsvc.rulepacks.registry import find_pack, get_pack, list_packs

__all__ = [
    "LateGate",
    "RulePack",
    "RulePackMalformed",
    "RulePackUnknown",
    "find_pack",
    "get_pack",
    "list_packs",
    "pack_checksum",
    "pack_from_data",
    "pack_to_data",
]
