"""How many parameters were estimated: what fit statistics take off their degrees of freedom."""

from scoring.params import ItemModel, ItemParams
from scoring.responses import IntArray


def free_item_parameters(params: ItemParams) -> IntArray:
    """(n_items,) parameters of each item: its thresholds, its slope unless fixed at 1, and c of the 3PL.

    The shared slope of 1PL items and the shared steps of RSM items count with every item, as S-X2 needs.
    """
    counts = params.n_categories - 1
    for item, model in enumerate(params.models):
        counts[item] += (not model.has_unit_slope) + (model is ItemModel.THREE_PL)
    return counts


def free_population_parameters(params: ItemParams) -> int:
    """1 where all slopes are fixed at 1, so that the spread of ability was estimated, else 0."""
    return int(all(model.has_unit_slope for model in params.models))
