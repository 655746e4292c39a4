"""Items with a curve for each group: a second column, each missing for the other group by design."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from scoring.dif.groups import TwoGroups
from scoring.errors import InvalidParameters
from scoring.params import ItemModel, ItemParams
from scoring.responses import (
    MISSING,
    MOST_CATEGORIES,
    BoolArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)


def as_models(models: ItemModel | str | Sequence[ItemModel | str], n_items: int) -> tuple[ItemModel, ...]:
    """One model per item; raises InvalidParameters for another number, or a name that is no model."""
    given = [models] * n_items if isinstance(models, str) else list(models)
    if len(given) != n_items:
        raise InvalidParameters(f"models: expected one, or one for each of {n_items} items, got {len(given)}")
    unknown = [k for k, model in enumerate(given) if model not in list(ItemModel)]
    if unknown:
        raise InvalidParameters("models: not the name of a model", unknown)
    return tuple(map(ItemModel, given))


@dataclass(frozen=True, slots=True, eq=False)
class Virtual:
    """Responses of the compared persons, ready to be spread over more columns.

    For an item with two curves the column of its own place holds the reference group; the focal group's comes
    after the last item, in the order of the items.
    """

    REFERENCE: ClassVar[str] = "reference"
    FOCAL: ClassVar[str] = "focal"

    marks: ResponseMatrix | SparseResponses
    focal: BoolArray
    models: tuple[ItemModel, ...]

    @classmethod
    def of(
        cls,
        responses: npt.ArrayLike | SparseResponses,
        who: TwoGroups,
        models: tuple[ItemModel, ...],
    ) -> Self:
        """The compared persons of responses that have been checked against the groups."""
        chosen = who.compared
        focal = who.focal[chosen]
        if not isinstance(responses, SparseResponses):
            return cls(response_matrix(responses, MOST_CATEGORIES)[chosen], focal, models)
        counts = np.diff(responses.start)
        kept = np.repeat(chosen, counts)
        start = np.concatenate([[0], np.cumsum(counts[chosen])]).astype(np.int64)
        sparse = SparseResponses(start, responses.item[kept], responses.mark[kept], responses.n_items)
        return cls(sparse, focal, models)

    @property
    def labels(self) -> list[str]:
        """(n_persons,) REFERENCE or FOCAL."""
        return [self.FOCAL if is_focal else self.REFERENCE for is_focal in self.focal.tolist()]

    def models_of(self, split: IntArray) -> tuple[ItemModel, ...]:
        """Models of all columns, with these items split."""
        return self.models + tuple(self.models[item] for item in split.tolist())

    def responses(self, split: BoolArray) -> ResponseMatrix | SparseResponses:
        """With two columns for each item where `split` (n_items,) is True."""
        places = np.flatnonzero(split)
        n_items = split.size
        if isinstance(self.marks, SparseResponses):
            moved = split[self.marks.item] & np.repeat(self.focal, np.diff(self.marks.start))
            column = np.where(moved, n_items + np.cumsum(split)[self.marks.item] - 1, self.marks.item)
            return SparseResponses(
                self.marks.start, column.astype(np.int32), self.marks.mark, n_items + places.size
            )
        extra = np.where(self.focal[:, None], self.marks[:, places], MISSING)
        own = np.where(self.focal[:, None] & split, MISSING, self.marks)
        return np.hstack([own, extra]).astype(np.int8)

    @staticmethod
    def spread(start: ItemParams, split: IntArray, usual: BoolArray) -> ItemParams:
        """Where to begin: an item's values for both its columns, unless it lacks marks in a group."""
        values = ItemParams.concat([start, start.subset(split)])
        item = np.concatenate([np.arange(start.n_items), split])
        doubtful = ~usual[item] & np.isin(item, split)
        if not doubtful.any():
            return values
        a, b = np.where(doubtful, np.nan, values.a), np.where(doubtful, np.nan, values.b)
        steps = np.where(doubtful[:, None], np.nan, values.thresholds)
        return ItemParams(a, b, np.where(doubtful, 0.0, values.c), steps, values.models)
