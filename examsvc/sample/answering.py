"""What somebody writes who masters some parts of an item, whatever its interaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Key, share
from item_bank.interactions.responses import parts_of, readings

NOT_KNOWN: Final = "không rõ"
Mastered = Sequence[bool]


def count_parts(asked: Asked, key: Key) -> int:
    """Of how many parts, each mastered or not, the response is made."""
    form = asked.kind.form
    if form is Form.PAIRED:
        return len(parts_of(key.accepted[0]))
    if form is Form.SOME:
        return len(_right(key)) if asked.at_most is not None else len(asked.choosable_ids)
    return 1


def shares_by_parts(asked: Asked, key: Key) -> tuple[float, ...]:
    """The share of the mark by how many parts are mastered: which ones does not matter."""
    n_parts = count_parts(asked, key)
    rng = np.random.default_rng(0)
    written = (
        write_response(asked, key, [place < count for place in range(n_parts)], rng)
        for count in range(n_parts + 1)
    )
    return tuple(float(share(asked, key, response)) for response in written)


def write_response(asked: Asked, key: Key, mastered: Mastered, rng: np.random.Generator) -> str | None:
    """The response of somebody who masters these parts and errs in the others; None where it is empty."""
    form, accepted = asked.kind.form, key.accepted[0]
    if form is Form.SOME:
        return _some(asked, key, mastered, rng)
    if form is Form.PAIRED:
        return _paired(asked, accepted, mastered, rng)
    if mastered[0]:
        return accepted
    if form is Form.NUMBER:
        return str(round(float(max(readings(accepted))) * float(rng.choice([0.5, 0.9, 1.1, 10])) + 1, 2))
    if form is Form.TEXT:
        return NOT_KNOWN
    if form is Form.ORDERED:
        parts = list(parts_of(accepted))
        at = int(rng.integers(0, len(parts) - 1))
        parts[at], parts[at + 1] = parts[at + 1], parts[at]
        return " ".join(parts)
    return str(rng.choice(np.array([id_ for id_ in asked.option_ids if id_ != accepted])))


def _right(key: Key) -> set[str]:
    return set(parts_of(key.accepted[0]))


def _some(asked: Asked, key: Key, mastered: Mastered, rng: np.random.Generator) -> str | None:
    right, ids = _right(key), asked.choosable_ids
    if asked.at_most is None:  # each option is judged by itself
        chosen = {id_ for id_, knows in zip(ids, mastered, strict=True) if knows == (id_ in right)}
    else:  # as many as may be chosen are chosen
        known = [id_ for id_ in ids if id_ in right]
        chosen = {id_ for id_, knows in zip(known, mastered, strict=True) if knows}
        others = [id_ for id_ in ids if id_ not in right]
        rng.shuffle(others)
        chosen |= set(others[: len(right) - len(chosen)])
    return " ".join(id_ for id_ in ids if id_ in chosen) or None


def _paired(asked: Asked, accepted: str, mastered: Mastered, rng: np.random.Generator) -> str | None:
    pairs = [part.split(">") for part in parts_of(accepted)]
    limits = {option.id: option.at_most for option in asked.options}
    owners = {option.id: option.place for option in asked.options}
    used = [option for (option, _place), knows in zip(pairs, mastered, strict=True) if knows]
    written = [f"{o}>{p}" for (o, p), knows in zip(pairs, mastered, strict=True) if knows]
    right = {tuple(pair) for pair in pairs}
    for (_option, place), knows in zip(pairs, mastered, strict=True):
        if knows:
            continue
        wrong = [
            id_
            for id_, most in limits.items()
            if (id_, place) not in right
            and owners[id_] in {None, place}
            and (most is None or used.count(id_) < most)
        ]
        if wrong:
            used.append(str(rng.choice(np.array(wrong))))
            written.append(f"{used[-1]}>{place}")
    return " ".join(written) or None
