"""Rows of a calibration by judgement: parameters under which an item is as easy as its author thinks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from examsvc.results.categories import WHOLE_MARK, Categories, possible_categories
from examsvc.services.parameters import thresholds_of
from examsvc.store import Session
from examsvc.store import measuring as store
from examsvc.store.item_parts import read_asked
from examsvc.store.models import ItemParameterRow, ItemVersionRow
from scoring import ItemModel, ItemParams
from scoring.judgement import judged_partial_credit, params_from_expected_shares

JUDGED_SHARE_UNKNOWN: Final = 0.65  # the bank's usual difficulty, where an author gave no estimate
LOWEST, HIGHEST = 0.05, 0.97


def judged_rows(session: Session, versions: Sequence[ItemVersionRow]) -> list[ItemParameterRow]:
    """One row an item: 2PL where its mark is whole or nothing, else partial credit over all it can give.

    The judged share is of the mark, on average over all officers, whatever the item's categories.
    """
    keys = store.keys_in_force(session, [version.id for version in versions])
    shares = np.clip([version.judged_share or JUDGED_SHARE_UNKNOWN for version in versions], LOWEST, HIGHEST)
    whole = params_from_expected_shares(shares)
    rows = []
    for place, version in enumerate(versions):
        key = keys.get(version.id)
        known = WHOLE_MARK if key is None else possible_categories(read_asked(version), key)
        params = whole.subset([place]) if known == WHOLE_MARK else _in_parts(float(shares[place]), known)
        model = params.models[0]
        rows.append(
            ItemParameterRow(
                item_version_id=version.id,
                model=model.value,
                a=float(params.a[0]),
                b=float(params.b[0]),
                c=0.0,
                thresholds=None if model is ItemModel.TWO_PL else thresholds_of(params, 0),
                categories=known.as_json(),
                n_responses=0,
                options=[],
                flags=[],
            )
        )
    return rows


def _in_parts(judged: float, known: Categories) -> ItemParams:
    """Where parts are bins, none is worth nothing or all: a judgement beyond them is held within."""
    low, high = known.worth[0], known.worth[-1]
    margin = 0.02 * (high - low)
    return judged_partial_credit(min(max(judged, low + margin), high - margin), known.worth)
