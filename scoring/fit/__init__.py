"""Whether items, persons and the whole model fit."""

from scoring.fit.curves import ItemCurve, item_curve
from scoring.fit.flags import misfit_flags
from scoring.fit.m2 import M2, M2Options, M2Status, m2, m2_by_form
from scoring.fit.mean_squares import MeanSquares, item_mean_squares, person_mean_squares
from scoring.fit.persons import PersonFit, ThetaMethod, person_fit
from scoring.fit.residuals import LocalDependence, ResidualCorrelations, local_dependence, q3
from scoring.fit.s_x2 import SX2, SX2Options, s_x2
from scoring.multiple_tests import benjamini_hochberg

__all__ = [
    "M2",
    "SX2",
    "ItemCurve",
    "LocalDependence",
    "M2Options",
    "M2Status",
    "MeanSquares",
    "PersonFit",
    "ResidualCorrelations",
    "SX2Options",
    "ThetaMethod",
    "benjamini_hochberg",
    "item_curve",
    "item_mean_squares",
    "local_dependence",
    "m2",
    "m2_by_form",
    "misfit_flags",
    "person_fit",
    "person_mean_squares",
    "q3",
    "s_x2",
]
