"""Items that must never stand on one form, because one gives the other away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

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


def enemy_pairs_within(codes: Iterable[str], enemies: Collection[EnemyPair]) -> list[EnemyPair]:
    """The pairs that have both their items among `codes`, sorted."""
    present = set(codes)
    return sorted({enemy_pair(*pair) for pair in enemies if pair[0] in present and pair[1] in present})


def enemies_of(code: str, enemies: Iterable[EnemyPair]) -> list[str]:
    return sorted({b if a == code else a for a, b in enemies if code in (a, b)})
