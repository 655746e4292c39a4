"""What each common item does to a link: the link without it, and what would move."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.cuts import checked_cuts
from scoring.information import expected_number_correct
from scoring.linking.link import Link, check_common_items
from scoring.linking.standard_errors import Linker, leave_one_out
from scoring.params import ItemParams
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class NewForm:
    """What is carried over: the new form's population and, for cuts, all of its items.

    mean_theta : of the persons, on the new scale
    params : all items of the form on the new scale; None when no cut is to be followed
    cuts : (n_cuts,) on the old scale, ascending
    """

    mean_theta: float = 0.0
    params: ItemParams | None = None
    cuts: npt.ArrayLike = ()


@dataclass(frozen=True, slots=True, eq=False)
class DropEffect:
    """The link without one item, and what changes by dropping it.

    item : position among the common items
    slope_change, intercept_change : of A and B
    mean_theta_change : of the new form's persons, on the old scale
    raw_cut_change : (n_cuts,) in marks of the new form; empty without its items
    """

    item: int
    link: Link
    slope_change: float
    intercept_change: float
    mean_theta_change: float
    raw_cut_change: FloatArray


def dropping_report(
    new: ItemParams, old: ItemParams, linker: Linker, form: NewForm | None = None
) -> tuple[Link, tuple[DropEffect, ...]]:
    """The link by all common items, and the effect of dropping each one.

    Parameters
    ----------
    new, old : the common items, in one order, on the new and on the old scale
    linker : such as `stocking_lord`, or `linker_of(method, options)`

    Raises
    ------
    InvalidAnchors : not the same items, or fewer than three. InvalidCuts : cuts that do not ascend.
    """
    check_common_items(new, old, least=3)
    form = form or NewForm()
    whole = linker(new, old)
    before = raw_cuts(whole, form)
    effects = []
    for item, link in enumerate(leave_one_out((new, old), linker)):
        slope_change, intercept_change = link.slope - whole.slope, link.intercept - whole.intercept
        moved = slope_change * form.mean_theta + intercept_change
        change = raw_cuts(link, form) - before
        effects.append(DropEffect(item, link, slope_change, intercept_change, moved, change))
    return whole, tuple(effects)


def raw_cuts(link: Link, form: NewForm) -> FloatArray:
    """(n_cuts,) the marks on the new form to expect of a person on each cut of the old scale."""
    cuts = checked_cuts(form.cuts)
    if form.params is None or not cuts.size:
        return np.zeros(0)
    return expected_number_correct((cuts - link.intercept) / link.slope, form.params)
