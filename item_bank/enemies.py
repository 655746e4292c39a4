"""Items that must never stand on one form, because one gives the other away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from item_bank.errors import SelfEnemy

EnemyPair = tuple[str, str]


def enemy_pair(one: str, other: str) -> EnemyPair:
    """The pair in its one spelling: being enemies has no direction."""
    if one == other:
        raise SelfEnemy("SELF_ENEMY", item=one)
    return (one, other) if one < other else (other, one)


def enemy_pairs(declared: Mapping[str, Iterable[str]]) -> frozenset[EnemyPair]:
    """All pairs that authors declared, from either side or both."""
    return frozenset(enemy_pair(code, enemy) for code, enemies in declared.items() for enemy in enemies)
