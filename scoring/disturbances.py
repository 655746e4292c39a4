"""What makes responses differ from a model: aberrant persons, local dependence, items unfair to a group."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from scoring.designs import Design
from scoring.errors import InvalidOptions
from scoring.params import ItemParams
from scoring.responses import MISSING, BoolArray, FloatArray, IntArray, ResponseMatrix, response_matrix
from scoring.simulate import draw_marks


def guessing(
    responses: npt.ArrayLike, persons: npt.ArrayLike, n_categories: npt.ArrayLike, rng: np.random.Generator,
    *, chance: float = 0.25,
) -> ResponseMatrix:  # fmt: skip
    """These persons guess at every item: right with this chance, or any mark alike where there are several.

    Parameters
    ----------
    responses : (n_persons, n_items) marks and MISSING, which stays
    persons : positions, or a mask
    n_categories : one number, or (n_items,)
    """
    marks, who = _copy(responses), _positions(persons)
    categories = np.broadcast_to(np.asarray(n_categories), marks.shape[1:])
    drawn = rng.random((who.size, marks.shape[1]))
    guessed = np.where(categories == 2, drawn < chance, np.floor(drawn * categories))
    return _replaced(marks, who, np.ones_like(guessed, dtype=np.bool_), guessed)


def preknowledge(
    responses: npt.ArrayLike, persons: npt.ArrayLike, leaked: npt.ArrayLike, n_categories: npt.ArrayLike,
    rng: np.random.Generator,
) -> ResponseMatrix:  # fmt: skip
    """These persons know the leaked items: full marks on 19 of 20 of them that they meet.

    Parameters
    ----------
    leaked : positions of items, or a mask; the others as in guessing
    """
    marks, who = _copy(responses), _positions(persons)
    known = np.zeros(marks.shape[1], dtype=np.bool_)
    known[_positions(leaked)] = True
    full = np.broadcast_to(np.asarray(n_categories) - 1, (who.size, marks.shape[1]))
    return _replaced(marks, who, known & (rng.random(full.shape) < 0.95), full)


def careless(
    responses: npt.ArrayLike, persons: npt.ArrayLike, share: float, rng: np.random.Generator
) -> ResponseMatrix:
    """These persons slip on this share of the items they meet, at random: the mark is then 0."""
    if not 0 <= share <= 1:
        raise InvalidOptions(f"share: expected 0 to 1, got {share}")
    marks, who = _copy(responses), _positions(persons)
    slips = rng.random((who.size, marks.shape[1])) < share
    return _replaced(marks, who, slips, np.zeros(slips.shape))


def _copy(responses: npt.ArrayLike) -> ResponseMatrix:
    return response_matrix(responses, 100).copy()


def _positions(which: npt.ArrayLike) -> IntArray:
    chosen = np.asarray(which)
    if chosen.dtype == np.bool_:
        return np.flatnonzero(chosen)
    return chosen.astype(np.intp)


def _replaced(
    marks: ResponseMatrix, who: IntArray, where: BoolArray, values: npt.NDArray[np.generic]
) -> ResponseMatrix:
    own = marks[who]
    marks[who] = np.where(where & (own != MISSING), values, own)
    return marks


def simulate_testlets(
    theta: npt.ArrayLike, params: ItemParams, testlet: npt.ArrayLike, sd: float, rng: np.random.Generator
) -> ResponseMatrix:
    """Responses to items that hang together in testlets beyond what ability explains.

    A person's ability on a testlet is theta plus an effect of the pair, N(0, sd^2).

    Parameters
    ----------
    theta : (n_persons,) abilities
    params : n_items rows
    testlet : (n_items,) number of each item's testlet, -1 for an item that stands alone
    sd : of the effects, in units of theta

    References: Bradlow, Wainer & Wang (1999).
    """
    ability, group = np.asarray(theta, dtype=np.float64), np.asarray(testlet)
    if group.shape != (params.n_items,) or not sd >= 0:
        raise InvalidOptions(
            f"testlet, sd: expected a number for each of {params.n_items} items, and sd >= 0"
        )
    params.require_calibrated()
    effects = rng.normal(0.0, sd, (ability.size, int(group.max(initial=-1)) + 1))
    local = np.where(group >= 0, effects[:, np.maximum(group, 0)], 0.0) if effects.size else 0.0
    at = ability[:, None] + local + np.zeros((1, params.n_items))
    item = np.tile(np.arange(params.n_items), ability.size)
    return draw_marks(at.ravel(), item, params, rng).reshape(ability.size, params.n_items)


def with_dif(params: ItemParams, shift: npt.ArrayLike, *, slope_ratio: npt.ArrayLike = 1.0) -> ItemParams:
    """The items as a focal group meets them.

    Parameters
    ----------
    shift : (n_items,) or one number, how much harder each is for the group, in units of theta (uniform DIF)
    slope_ratio : (n_items,) or one number, its slope for the group over that for others (non-uniform DIF)
    """
    harder: FloatArray = np.broadcast_to(np.asarray(shift, dtype=np.float64), params.a.shape)
    ratio = np.broadcast_to(np.asarray(slope_ratio, dtype=np.float64), params.a.shape)
    steps = params.thresholds + harder[:, None]
    return ItemParams(params.a * ratio, params.b + harder, params.c, steps, params.models)


def simulate_by_group(
    theta: npt.ArrayLike, group: npt.ArrayLike, params: Mapping[str, ItemParams], design: Design,
    rng: np.random.Generator,
) -> ResponseMatrix:  # fmt: skip
    """Responses where each group meets its own version of the items, as of with_dif.

    Parameters
    ----------
    theta, group : (n_persons,) abilities and names of groups
    params : the items of each group
    design : who meets what

    Raises
    ------
    InvalidOptions : a group without items, or numbers that do not agree.
    """
    ability, names = np.asarray(theta, dtype=np.float64), np.asarray(group)
    unknown = set(names.tolist()) - set(params)
    if unknown or names.shape != ability.shape:
        raise InvalidOptions(
            f"group: expected one of {sorted(params)} for each person, got {sorted(unknown)}"
        )
    marks = np.full((design.n_persons, design.n_items), MISSING, dtype=np.int8)
    who, item = design.person, design.item
    for name, items in params.items():
        items.require_calibrated()
        mine = names[who] == name
        marks[who[mine], item[mine]] = draw_marks(ability[who[mine]], item[mine], items, rng)
    return marks
