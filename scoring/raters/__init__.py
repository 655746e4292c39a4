"""Raters: many-facet models that take the severity of raters out of what persons earned."""

from scoring.raters.bias import RaterTaskBias, rater_task_bias
from scoring.raters.calibrate import calibrate_raters
from scoring.raters.links import Component, RaterLinks, rater_links
from scoring.raters.model import (
    ExcludedFacet,
    Facet,
    FacetExclusion,
    FacetOptions,
    FacetParams,
    RaterCalibration,
    RaterMessage,
    RaterStatus,
    RaterWarning,
    Steps,
)
from scoring.raters.persons import PersonMeasures, person_measures
from scoring.raters.quality import Agreement, FacetFit, agreement, rater_fit, task_fit
from scoring.raters.ratings import Ratings, band_marks
from scoring.raters.simulate import draw_facets, rater_pairs, simulate_ratings

__all__ = [
    "Agreement",
    "Component",
    "ExcludedFacet",
    "Facet",
    "FacetExclusion",
    "FacetFit",
    "FacetOptions",
    "FacetParams",
    "PersonMeasures",
    "RaterCalibration",
    "RaterLinks",
    "RaterMessage",
    "RaterStatus",
    "RaterTaskBias",
    "RaterWarning",
    "Ratings",
    "Steps",
    "agreement",
    "band_marks",
    "calibrate_raters",
    "draw_facets",
    "person_measures",
    "rater_fit",
    "rater_links",
    "rater_pairs",
    "rater_task_bias",
    "simulate_ratings",
    "task_fit",
]
