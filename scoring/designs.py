"""Who meets which items: designs of data collection with items missing by design."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidOptions
from scoring.responses import BoolArray, FloatArray, IntArray

_BLOCK: Final = 4096
_MOST_FORMS: Final = 5000


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Items met by each person, in the order they are met, in memory proportional to their number.

    start : (n_persons + 1,) where each person's items begin in `item`
    item : positions of items, each at most once a person
    n_items : of the whole bank
    """

    start: npt.NDArray[np.int64]
    item: npt.NDArray[np.int32]
    n_items: int

    def __post_init__(self) -> None:
        if self.start.ndim != 1 or not self.start.size or self.start[-1] != self.item.size:
            raise InvalidOptions("start: must end at the number of items met")
        if self.item.size and not (self.item.min() >= 0 and self.item.max() < self.n_items):
            raise InvalidOptions(f"item: expected positions 0 to {self.n_items - 1}")

    @property
    def n_persons(self) -> int:
        return int(self.start.size) - 1

    @property
    def person(self) -> IntArray:
        """Who meets each entry of `item`."""
        return np.repeat(np.arange(self.n_persons), np.diff(self.start))

    def mask(self) -> BoolArray:
        """(n_persons, n_items) True where the person meets the item; for designs that fit into memory so."""
        met = np.zeros((self.n_persons, self.n_items), dtype=np.bool_)
        met[self.person, self.item] = True
        return met

    def keep(self, where: BoolArray) -> "Design":
        """Only the entries of `item` where the mask is True."""
        counts = np.bincount(self.person[where], minlength=self.n_persons)
        return Design(_starts(counts), self.item[where], self.n_items)


def complete(n_persons: int, n_items: int) -> Design:
    """Everyone meets every item."""
    return assigned([np.arange(n_items)], np.zeros(n_persons, dtype=np.intp), n_items)


def assigned(forms: Sequence[npt.ArrayLike], form_of_person: npt.ArrayLike, n_items: int) -> Design:
    """Each person meets one form.

    Parameters
    ----------
    forms : positions of the items of each form, in order
    form_of_person : (n_persons,) positions among `forms`
    """
    members = [np.asarray(form, dtype=np.int32) for form in forms]
    chosen = np.asarray(form_of_person, dtype=np.intp)
    if chosen.size and not (chosen.min() >= 0 and chosen.max() < len(members)):
        raise InvalidOptions(f"form_of_person: expected positions 0 to {len(members) - 1}")
    counts = np.array([form.size for form in members], dtype=np.int64)[chosen]
    item = np.concatenate([members[form] for form in chosen.tolist()] or [np.zeros(0, dtype=np.int32)])
    return Design(_starts(counts), item, n_items)


def spiralled(n_persons: int, n_forms: int, rng: np.random.Generator) -> IntArray:
    """(n_persons,) a form for each: as many of each as can be, in random order."""
    forms: IntArray = rng.permutation(np.arange(n_persons) % n_forms)
    return forms


def chained_forms(n_forms: int, form_length: int, n_common: int) -> list[IntArray]:
    """Forms of which each shares its last items with the next one's first, and no others.

    They use n_forms * (form_length - n_common) + n_common items in all. With one form it stands alone.
    """
    if n_forms < 1 or not 0 <= n_common <= form_length // 2 or form_length < 1:
        raise InvalidOptions("n_common: expected 0 to half of form_length")
    step = form_length - n_common
    return [np.arange(form * step, form * step + form_length) for form in range(n_forms)]


def balanced_forms(n_blocks: int, blocks_per_form: int, block_size: int) -> list[IntArray]:
    """A balanced incomplete block design: any two blocks of items meet on equally many forms.

    Blocks are consecutive runs of items. Forms are the shifts of a cyclic difference set where there is one,
    so that each block also stands once in every place of a form; else all combinations.

    Raises
    ------
    InvalidOptions : no difference set, and more than 5,000 combinations.

    References: Cochran & Cox (1957), ch. 11; Frey, Hartig & Rupp (2009).
    """
    if not 1 <= blocks_per_form <= n_blocks or block_size < 1:
        raise InvalidOptions(f"blocks_per_form: expected 1 to {n_blocks}")
    base = _difference_set(n_blocks, blocks_per_form)
    if base is not None:
        forms = [[(block + shift) % n_blocks for block in base] for shift in range(n_blocks)]
    elif math.comb(n_blocks, blocks_per_form) <= _MOST_FORMS:
        forms = [list(form) for form in itertools.combinations(range(n_blocks), blocks_per_form)]
    else:
        raise InvalidOptions(f"no balanced design of {blocks_per_form} of {n_blocks} blocks is known here")
    within = np.arange(block_size)
    return [np.concatenate([block * block_size + within for block in form]) for form in forms]


def _difference_set(n: int, k: int) -> tuple[int, ...] | None:
    """k numbers modulo n whose differences are each non-zero number equally often."""
    if n < 2 or k * (k - 1) % (n - 1) or math.comb(n - 1, k - 1) > 200_000:
        return None
    each = k * (k - 1) // (n - 1)
    for others in itertools.combinations(range(1, n), k - 1):
        base = np.array((0, *others))
        found = np.bincount(((base[:, None] - base) % n).ravel(), minlength=n)
        if (found[1:] == each).all():
            return tuple(base.tolist())
    return None


def linear_on_the_fly(n_persons: int, n_items: int, length: int, rng: np.random.Generator) -> Design:
    """Every person meets items of his own, drawn at random; some thousand persons at a time (LOFT)."""
    if not 1 <= length <= n_items:
        raise InvalidOptions(f"length: expected 1 to {n_items}")
    item = np.empty((n_persons, length), dtype=np.int32)
    draw = _by_rejection if length * (length - 1) < 4 * n_items else _by_lot
    for first in range(0, n_persons, _BLOCK):
        size = min(_BLOCK, n_persons - first)
        item[first : first + size] = draw(size, n_items, length, rng)
    return Design(np.arange(n_persons + 1, dtype=np.int64) * length, item.ravel(), n_items)


def _by_lot(size: int, n_items: int, length: int, rng: np.random.Generator) -> IntArray:
    lots = rng.random((size, n_items), dtype=np.float32)
    drawn = lots.argpartition(min(length, n_items - 1), axis=1)[:, :length]
    order = np.take_along_axis(lots, drawn, axis=1).argsort(axis=1)
    return np.take_along_axis(drawn, order, axis=1)


def _by_rejection(size: int, n_items: int, length: int, rng: np.random.Generator) -> IntArray:
    """Draws with repetition until nobody has any: as uniform, and cheaper where repetitions are not many."""
    drawn = np.empty((size, length), dtype=np.intp)
    left = np.arange(size)
    while left.size:
        drawn[left] = rng.integers(n_items, size=(left.size, length))
        left = left[(np.diff(np.sort(drawn[left], axis=1), axis=1) == 0).any(axis=1)]
    return drawn


def adaptive(
    theta: npt.ArrayLike, b: npt.ArrayLike, length: int, rng: np.random.Generator, *, noise_sd: float = 0.5
) -> Design:
    """Every person meets items about as hard as he is able, as an adaptive test would choose them.

    Drawn from the 2 * length items nearest in rank to ability plus noise. What a real adaptive test leaves
    out depends on the responses it has, and is ignorable (Rubin 1976). Here noisy ability itself chooses,
    which a calibration does not see: expect slopes a little off, the more the smaller the noise.
    """
    ability, order = np.asarray(theta, dtype=np.float64), np.argsort(np.asarray(b, dtype=np.float64))
    if not 1 <= length <= order.size:
        raise InvalidOptions(f"length: expected 1 to {order.size}")
    width = min(2 * length, order.size)
    noisy = ability + rng.normal(0.0, noise_sd, ability.size)
    rank = np.searchsorted(np.asarray(b, dtype=np.float64)[order], noisy)
    first = np.clip(rank - width // 2, 0, order.size - width)
    picks = rng.random((ability.size, width)).argsort(axis=1)[:, :length]
    item = order[first[:, None] + picks].astype(np.int32)
    return Design(np.arange(ability.size + 1, dtype=np.int64) * length, item.ravel(), order.size)


def multistage(
    theta: npt.ArrayLike,
    stages: Sequence[Sequence[npt.ArrayLike]],
    n_items: int,
    rng: np.random.Generator,
    *,
    noise_sd: float = 0.5,
) -> Design:
    """Panels of modules: at each stage the ability, seen through noise, leads to one module.

    As with `adaptive`, what chooses is not in the data, so that calibrations of such data are biased; to
    simulate a multistage test as it is run, see simulate_multistage.

    Parameters
    ----------
    stages : of each stage the modules from easy to hard, each the positions of its items; equally many
        persons are led to each module of a stage
    noise_sd : of what the router sees, a fresh draw at every stage, in units of theta
    """
    ability = np.asarray(theta, dtype=np.float64)
    parts: list[list[npt.NDArray[np.int32]]] = [[] for _ in range(ability.size)]
    for modules in stages:
        noisy = ability + rng.normal(0.0, noise_sd, ability.size)
        rank: FloatArray = noisy.argsort().argsort() / max(ability.size, 1)
        led = np.minimum((rank * len(modules)).astype(np.intp), len(modules) - 1)
        members = [np.asarray(module, dtype=np.int32) for module in modules]
        for person, module in enumerate(led.tolist()):
            parts[person].append(members[module])
    items = [np.concatenate(own) if own else np.zeros(0, dtype=np.int32) for own in parts]
    counts = np.array([own.size for own in items], dtype=np.int64)
    return Design(_starts(counts), np.concatenate(items or [np.zeros(0, dtype=np.int32)]), n_items)


def not_reached(
    design: Design, rng: np.random.Generator, *, share: float = 0.2, latest: float = 0.4
) -> Design:
    """Some persons stop before the end: the last items, in the order met, are as if never presented.

    Parameters
    ----------
    share : of persons who do not finish
    latest : largest share of his items that such a person misses, at least one item and uniform up to it
    """
    _check_shares(share=share, latest=latest)
    lengths = np.diff(design.start)
    missed = np.ceil(rng.random(design.n_persons) * latest * lengths).astype(np.int64)
    missed[rng.random(design.n_persons) >= share] = 0
    place = np.arange(design.item.size) - np.repeat(design.start[:-1], lengths)
    return design.keep(place < np.repeat(lengths - missed, lengths))


def omitted(design: Design, share: float, rng: np.random.Generator) -> Design:
    """Each response is missing with this chance, whatever the person or item (completely at random)."""
    _check_shares(share=share)
    return design.keep(rng.random(design.item.size) >= share)


def _check_shares(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise InvalidOptions(f"{name}: expected a share of 0 to 1, got {value}")


def _starts(counts: npt.ArrayLike) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.asarray(counts, dtype=np.int64))]).astype(np.int64)
