"""What to look at in the responses before any model is fitted."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp
from scipy.stats import binom

from scoring.errors import InvalidResponses
from scoring.fit._forms import form_of_each, rows_of, vector_of_each
from scoring.models import log_category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import (
    MISSING,
    MOST_CATEGORIES,
    BoolArray,
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)

BLANK: Final = -2
"""Presented and left blank: before it is decided whether that is omitted (0) or not reached (MISSING)."""


@dataclass(frozen=True, slots=True, eq=False)
class Recoded:
    """Responses after blanks were told apart.

    responses : (n_persons, n_items) int8 marks and MISSING
    omitted, not_reached : (n_items,) how many blanks of each item were taken for either
    reached : (n_persons,) items presented that the person reached
    """

    responses: ResponseMatrix
    omitted: IntArray
    not_reached: IntArray
    reached: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class IdenticalGroup:
    """Persons who met the same items and earned the same marks on all of them.

    persons : (n,) positions, ascending
    n_items : items they met
    expected : persons of that form expected to have this pattern; NaN without item parameters
    p : chance that as many others as these share one person's pattern; NaN without item parameters
    """

    persons: IntArray
    n_items: int
    expected: float
    p: float

    @property
    def n_pairs(self) -> int:
        return int(self.persons.size * (self.persons.size - 1) // 2)


def recode_not_reached(
    responses: npt.ArrayLike,
    order: npt.ArrayLike | None = None,
    *,
    trailing: Literal["missing", "wrong"] = "missing",
    first_is_omitted: bool = False,
) -> Recoded:
    """Tell items a person left out from items the person never got to.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks, MISSING (not presented) and BLANK (presented, left blank)
    order : (n_items,) or (n_persons, n_items) place at which each item was presented, any ascending numbers;
        None is the order of the columns. Places of items not presented do not matter.
    trailing : what blanks after a person's last mark become: "missing" (not reached, MISSING) or "wrong" (0)
    first_is_omitted : the first of those blanks was looked at and counts as omitted, as PISA has it

    Blanks before the last mark are omitted and become 0. A person without any mark reached nothing.

    Raises
    ------
    InvalidResponses : another value, an order of the wrong shape, or SparseResponses, which hold no blanks.

    References: Lord (1974); OECD (2014), PISA 2012 Technical Report, ch. 9.
    """
    if isinstance(responses, SparseResponses):
        raise InvalidResponses("responses: dense responses expected; SparseResponses hold no blanks")
    values = np.asarray(responses)
    if values.ndim != 2 or values.dtype.kind not in "iu":
        raise InvalidResponses("responses: expected persons by items of whole numbers")
    blank = values == BLANK
    marks = response_matrix(np.where(blank, MISSING, values), MOST_CATEGORIES).copy()
    place = np.arange(values.shape[1]) if order is None else np.asarray(order)
    if place.shape not in (values.shape, values.shape[1:]):
        raise InvalidResponses(f"order: expected {values.shape[1:]} or {values.shape}, got {place.shape}")
    place = np.broadcast_to(place, values.shape).astype(np.float64)
    marked = marks != MISSING
    last = np.where(marked, place, -np.inf).max(axis=1, initial=-np.inf)
    after = blank & (place > last[:, None])
    if first_is_omitted:
        first = np.where(after, place, np.inf).min(axis=1, initial=np.inf)
        after &= place > first[:, None]
    marks[blank] = 0
    if trailing == "missing":
        marks[after] = MISSING
    elif trailing != "wrong":
        raise InvalidResponses(f'trailing: expected "missing" or "wrong", got {trailing!r}')
    reached = ((marked | blank) & ~after).sum(axis=1)
    return Recoded(marks, (blank & ~after).sum(axis=0), after.sum(axis=0), reached)


def identical_responses(
    responses: npt.ArrayLike | SparseResponses,
    min_items: int = 10,
    *,
    params: ItemParams | None = None,
    quadrature: Quadrature | None = None,
) -> tuple[IdenticalGroup, ...]:
    """Groups of two or more persons with identical response vectors, the most surprising first.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    min_items : persons who met fewer items are not compared
    params, quadrature : to say how surprising a group is: with the marginal probability q of the pattern,
        others of the same form have it independently with chance q each, and
        p = P(Binomial(persons of the form - 1, q) >= persons of the group - 1). q is taken over `quadrature`,
        the distribution of ability, N(0, 1) when None.
        Identical all-right vectors on an easy form are then what one expects.

    Missing data: persons are compared when they met exactly the same items. Candidates are found by hashing
    and compared mark by mark. Without parameters larger groups, then longer vectors come first.

    Raises InvalidResponses, NotCalibrated.
    """
    given = (
        responses if isinstance(responses, SparseResponses) else response_matrix(responses, MOST_CATEGORIES)
    )
    form, n_forms = form_of_each(given)
    in_form = np.bincount(form, minlength=n_forms)
    vector, n_vectors = vector_of_each(given)
    shared = np.bincount(vector, minlength=n_vectors) > 1
    candidates = np.flatnonzero(shared[vector])
    candidates = candidates[np.argsort(vector[candidates], kind="stable")]
    edges = np.flatnonzero(np.diff(vector[candidates])) + 1
    ability = quadrature or normal_quadrature()
    found = []
    for persons in np.split(candidates, edges) if candidates.size else []:
        rows = rows_of(given, persons)
        same = persons[(rows == rows[0]).all(axis=1)]  # what only the hash holds equal falls out
        if same.size > 1 and (rows[0] != MISSING).sum() >= max(min_items, 1):
            found.append(_group(same, rows[0], int(in_form[form[same[0]]]), params, ability))

    def surprise(group: IdenticalGroup) -> tuple[float, int, int, int]:
        known = group.p if np.isfinite(group.p) else 1.0
        return known, -group.persons.size, -group.n_items, int(group.persons[0])

    return tuple(sorted(found, key=surprise))


def _group(
    persons: IntArray,
    marks: ResponseMatrix,
    n_form: int,
    params: ItemParams | None,
    ability: Quadrature,
) -> IdenticalGroup:
    met = marks != MISSING
    if params is None:
        return IdenticalGroup(persons, int(met.sum()), float("nan"), float("nan"))
    chance = float(np.exp(_log_chance(marks, met, params, ability)))
    p = float(binom.sf(persons.size - 2, n_form - 1, chance))
    return IdenticalGroup(persons, int(met.sum()), n_form * chance, p)


def _log_chance(marks: ResponseMatrix, met: BoolArray, params: ItemParams, quadrature: Quadrature) -> float:
    """Log of the marginal probability of one pattern."""
    logs: FloatArray = log_category_probabilities(quadrature.nodes, params.subset(met))
    own = logs[:, np.arange(int(met.sum())), marks[met].astype(np.intp)].sum(axis=1)
    return float(logsumexp(own + quadrature.log_weights))
