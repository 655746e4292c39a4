"""Bringing forms and campaigns onto one scale, and their scores onto one another."""

from scoring.linking.anchors import (
    AnchorScreening,
    DroppedAnchor,
    DropReason,
    ScreeningRules,
    ScreeningStatus,
    curve_distance,
    robust_z_of_anchors,
    screen_anchors,
)
from scoring.linking.bootstrap import FormsWithErrors, drawn_parameters, equating_errors
from scoring.linking.characteristic import haebara, stocking_lord
from scoring.linking.curve_loss import CurveOptions
from scoring.linking.dropping import DropEffect, NewForm, dropping_report
from scoring.linking.equating import (
    EquatingMethod,
    EquatingTable,
    equipercentile_equivalents,
    mixed_population,
    observed_score_equating,
    symmetry_gap,
    true_score_equating,
    true_score_equivalents,
)
from scoring.linking.fixed import AnchorErrors, Displacement, anchors_as_fixed, displacement
from scoring.linking.link import Link, LinkMethod, LinkStatus
from scoring.linking.moments import geometric_mean, mean_mean, mean_sigma
from scoring.linking.standard_errors import linker_of, with_delta_errors, with_jackknife_errors
from scoring.parameter_errors import ParameterErrors
from scoring.robust import robust_z

__all__ = [
    "AnchorErrors",
    "AnchorScreening",
    "CurveOptions",
    "Displacement",
    "DropEffect",
    "DropReason",
    "DroppedAnchor",
    "EquatingMethod",
    "EquatingTable",
    "FormsWithErrors",
    "Link",
    "LinkMethod",
    "LinkStatus",
    "NewForm",
    "ParameterErrors",
    "ScreeningRules",
    "ScreeningStatus",
    "anchors_as_fixed",
    "curve_distance",
    "displacement",
    "drawn_parameters",
    "dropping_report",
    "equating_errors",
    "equipercentile_equivalents",
    "geometric_mean",
    "haebara",
    "linker_of",
    "mean_mean",
    "mean_sigma",
    "mixed_population",
    "observed_score_equating",
    "robust_z",
    "robust_z_of_anchors",
    "screen_anchors",
    "stocking_lord",
    "symmetry_gap",
    "true_score_equating",
    "true_score_equivalents",
    "with_delta_errors",
    "with_jackknife_errors",
]
