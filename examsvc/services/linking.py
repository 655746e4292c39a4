"""Tying a campaign to the scale of the calibration in force: by which shared items, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from examsvc.results.categories import Categories
from examsvc.results.errors import CalibrationRefused
from examsvc.services.calibration_data import CampaignData
from examsvc.services.parameters import categories_of, number, params_of
from examsvc.store import Session
from examsvc.store import measuring as store
from examsvc.store.models import ItemParameterRow
from scoring import Calibration, ItemParams
from scoring.drift import DriftFlag, DriftOptions, item_drift
from scoring.drift import ParameterErrors as DriftErrors
from scoring.linking import (
    AnchorScreening,
    CurveOptions,
    Link,
    LinkMethod,
    NewForm,
    ParameterErrors,
    dropping_report,
    linker_of,
    screen_anchors,
    with_delta_errors,
)
from scoring.responses import FloatArray, IntArray

LEAST_ANCHORS: Final = 5
METHOD: Final = LinkMethod.STOCKING_LORD


class LinkFlag(StrEnum):
    """What the comparison with the calibration in force says of an item; stable codes."""

    ANCHORED = "ANCHORED"
    """Held at its value in force."""
    EASY_DRIFT = "EASY_DRIFT"
    """Easier than it was: it may be known."""
    HARD_DRIFT = "HARD_DRIFT"
    SLOPE_DRIFT = "SLOPE_DRIFT"


@dataclass(frozen=True, slots=True)
class Reference:
    """The calibration in force, as a link sees it: what responses have told of items."""

    calibration_id: int
    code: str
    rows: Mapping[int, ItemParameterRow]

    @property
    def categories(self) -> dict[int, Categories]:
        """How it divides the marks of the items it knows."""
        known = {version_id: row for version_id, row in self.rows.items() if row.a is not None}
        return dict(zip(known, categories_of(list(known.values())), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class SharedItems:
    """Items calibrated from responses in both, their marks divided alike, in one order.

    columns : their places among the campaign's items
    """

    columns: IntArray
    version_ids: tuple[int, ...]
    rows: tuple[ItemParameterRow, ...]
    old: ItemParams


@dataclass(frozen=True, slots=True, eq=False)
class Tie:
    """A link between this campaign's own scale and the one in force, with what it rests on."""

    reference: Reference
    shared: SharedItems
    screening: AnchorScreening
    link: Link
    report: dict[str, Any]
    flags: Mapping[int, tuple[LinkFlag, ...]]  # by place among the campaign's items

    @property
    def anchors(self) -> IntArray:
        """The places of the anchors kept, among the campaign's items."""
        return self.shared.columns[self.screening.kept]

    @property
    def anchor_params(self) -> ItemParams:
        """Their parameters in force."""
        return self.shared.old.subset(self.screening.kept)


def find_reference(session: Session) -> Reference:
    """The calibration in force. Raises CalibrationRefused when there is none, or none from responses."""
    row = store.find_adopted(session)
    if row is None:
        raise CalibrationRefused("no_calibration_in_force")
    rows = store.get_parameters(session, row.id)
    return Reference(row.id, row.code, {key: one for key, one in rows.items() if one.n_responses > 0})


def tie(data: CampaignData, calibration: Calibration, reference: Reference) -> Tie:
    """Screen the shared items, link by those that kept their meaning, and say what each of them does.

    Stocking–Lord, weighted by N(0, 1) on the scale in force; the slope is held at 1 where all are Rasch.

    Raises CalibrationRefused: too_few_anchors, or link_not_found when the curves do not determine a scale.
    """
    shared = _shared(data, calibration, reference)
    new = calibration.params.subset(shared.columns)
    options = _curve_options(new, shared.old)
    screening = screen_anchors(new, shared.old, method=METHOD, options=options)
    kept = screening.kept
    if kept.sum() < LEAST_ANCHORS:
        raise CalibrationRefused("too_few_anchors")
    if not screening.link.is_converged:
        raise CalibrationRefused("link_not_found")
    pair = (new.subset(kept), shared.old.subset(kept))
    errors = _errors(calibration, shared, screening)
    link = with_delta_errors(screening.link, pair, errors, options)
    report = _report(reference, shared, screening, link) | {
        "anchors": _anchor_lines(shared, screening, new),
        "dropping": _dropping(pair, shared, screening, options),
    }
    return Tie(reference, shared, screening, link, report, _drift(calibration, shared, link))


def _shared(data: CampaignData, calibration: Calibration, reference: Reference) -> SharedItems:
    usable = calibration.params.calibrated & (np.nan_to_num(calibration.params.a) > 0)
    known = reference.categories
    columns = [
        place
        for place, item in enumerate(data.items)
        if usable[place] and known.get(item.version_id) == data.categories[place]
    ]
    rows = tuple(reference.rows[data.items[place].version_id] for place in columns)
    positive = [place for place, row in enumerate(rows) if row.a is not None and row.a > 0]
    if len(positive) < LEAST_ANCHORS:
        raise CalibrationRefused("too_few_anchors")
    kept_rows = tuple(rows[place] for place in positive)
    kept_columns = np.array([columns[place] for place in positive], dtype=np.intp)
    ids = tuple(data.items[place].version_id for place in kept_columns.tolist())
    old = params_of(kept_rows, least_steps=calibration.params.thresholds.shape[1])
    return SharedItems(kept_columns, ids, kept_rows, old)


def _curve_options(new: ItemParams, old: ItemParams) -> CurveOptions:
    all_rasch = all(model.has_unit_slope for model in (*new.models, *old.models))
    return CurveOptions(fixed_slope=1.0 if all_rasch else None)


def _errors(
    calibration: Calibration, shared: SharedItems, screening: AnchorScreening
) -> tuple[ParameterErrors, ParameterErrors]:
    """Of the anchors kept: with their covariances in the new calibration, without them in the stored one."""
    kept = screening.kept
    old = shared.old.subset(kept)
    rows = [row for row, stays in zip(shared.rows, kept, strict=True) if stays]
    stored = ParameterErrors.from_standard_errors(
        old,
        np.array([row.se_a or 0.0 for row in rows]),
        _threshold_errors(rows, old),
        np.array([row.se_c or 0.0 for row in rows]),
    )
    if not np.isfinite(calibration.item_covariances).any():
        return ParameterErrors.from_standard_errors(
            old, np.zeros(old.n_items), np.zeros(old.thresholds.shape)
        ), stored
    return ParameterErrors.of(calibration, shared.columns[kept]), stored


def _threshold_errors(rows: Sequence[ItemParameterRow], params: ItemParams) -> FloatArray:
    """(n_items, most_steps) of the stored thresholds; of right or wrong that of b. 0 where unknown."""
    errors = np.zeros(params.thresholds.shape)
    for place, row in enumerate(rows):
        stored = (row.parts or {}).get("se") if row.thresholds else [row.se_b]
        for step, value in enumerate(stored or ()):
            errors[place, step] = value or 0.0
    return errors


def _report(
    reference: Reference, shared: SharedItems, screening: AnchorScreening, link: Link
) -> dict[str, Any]:
    return {
        "reference": reference.code,
        "reference_id": reference.calibration_id,
        "method": METHOD.value,
        "slope": link.slope,
        "intercept": link.intercept,
        "se_slope": number(link.se_slope),
        "se_intercept": number(link.se_intercept),
        "n_anchors": int(screening.kept.sum()),
        "n_shared": len(shared.version_ids),
        "screening": screening.status.value,
    }


def _anchor_lines(shared: SharedItems, screening: AnchorScreening, new: ItemParams) -> list[dict[str, Any]]:
    worst = np.where(
        np.abs(np.nan_to_num(screening.z_a)) > np.abs(np.nan_to_num(screening.z_b)),
        screening.z_a,
        screening.z_b,
    )
    return [
        {
            "version_id": version_id,
            "a_old": number(shared.old.a[place]),
            "b_old": number(shared.old.b[place]),
            "a_new": number(new.a[place]),
            "b_new": number(new.b[place]),
            "robust_z": number(worst[place]),
            "displacement": number(screening.displacement[place]),
            "kept": bool(screening.kept[place]),
        }
        for place, version_id in enumerate(shared.version_ids)
    ]


def _dropping(
    pair: tuple[ItemParams, ItemParams],
    shared: SharedItems,
    screening: AnchorScreening,
    options: CurveOptions,
) -> list[dict[str, Any]]:
    """The link without each anchor; mean_shift is what this campaign's mean ability would move by."""
    _whole, effects = dropping_report(*pair, linker_of(METHOD, options), NewForm())
    ids = [version_id for version_id, stays in zip(shared.version_ids, screening.kept, strict=True) if stays]
    return [
        {
            "version_id": ids[effect.item],
            "slope": number(effect.link.slope),
            "intercept": number(effect.link.intercept),
            "mean_shift": number(effect.mean_theta_change),
        }
        for effect in effects
    ]


def _drift(calibration: Calibration, shared: SharedItems, link: Link) -> dict[int, tuple[LinkFlag, ...]]:
    """Items whose curve moved by more than 5 % of a mark and more than the others did."""
    new = link.apply(calibration.params.subset(shared.columns))
    errors = (
        DriftErrors.from_standard_errors(
            shared.old,
            [row.se_a or 0.0 for row in shared.rows],
            _threshold_errors(shared.rows, shared.old),
        ),
        DriftErrors.from_standard_errors(
            new,
            calibration.se_a[shared.columns] / link.slope,
            calibration.se_thresholds[shared.columns] * link.slope,
        ),
    )
    drift = item_drift(shared.old, new, errors, options=DriftOptions(robust_z=2.7))
    found: dict[int, tuple[LinkFlag, ...]] = {}
    for place, raised in enumerate(drift.flags):
        codes = []
        if DriftFlag.CURVE in raised and DriftFlag.DIFFICULTY in raised:
            easier = drift.difference_b[place] < 0
            codes.append(LinkFlag.EASY_DRIFT if easier else LinkFlag.HARD_DRIFT)
        if DriftFlag.CURVE in raised and DriftFlag.DISCRIMINATION in raised:
            codes.append(LinkFlag.SLOPE_DRIFT)
        if codes:
            found[int(shared.columns[place])] = tuple(codes)
    return found
