"""What the bank's cognitive levels and pools are called in files that people type, in every format alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from item_bank.pool import Pool
from item_bank.similarity import fold
from item_bank.taxonomy import CognitiveLevel

LEVEL_NAMES: Final[Mapping[CognitiveLevel, str]] = {
    CognitiveLevel.RECALL: "Nhớ",
    CognitiveLevel.APPLY: "Vận dụng",
    CognitiveLevel.SITUATION: "Tình huống",
}
POOL_NAMES: Final[Mapping[Pool, str]] = {Pool.OPERATIONAL: "Thi", Pool.PRACTICE: "Luyện tập"}
# folded, and besides the bank's own names those of the schools' four levels that are surely one of ours
LEVEL_BY_NAME: Final[Mapping[str, CognitiveLevel]] = {
    **{fold(name): level for level, name in LEVEL_NAMES.items()},
    **{level.value: level for level in CognitiveLevel},
    **dict.fromkeys(("nhan biet", "nb", "biet"), CognitiveLevel.RECALL),
    **dict.fromkeys(("vd", "van dung thap", "vdt"), CognitiveLevel.APPLY),
    **dict.fromkeys(("van dung cao", "vdc"), CognitiveLevel.SITUATION),
}
# the one that lies between two of ours
UNSURE_LEVELS: Final = frozenset({"thong hieu", "th", "hieu", "understanding", "comprehension"})
POOL_BY_NAME: Final[Mapping[str, Pool]] = {
    **{fold(name): pool for pool, name in POOL_NAMES.items()},
    **{pool.value: pool for pool in Pool},
}
