"""Psychometrics: marks in, estimates out. Knows no server, database, clock or randomness of its own."""

from scoring.ability import AbilityEstimates, eap
from scoring.calibrate import calibrate_2pl
from scoring.calibration import (
    Calibration,
    CalibrationMessage,
    CalibrationOptions,
    CalibrationStatus,
    CalibrationWarning,
    ExcludedItem,
    ExclusionReason,
)
from scoring.ctt import (
    DistractorStatistics,
    FlagThresholds,
    ItemFlag,
    ItemFlagCode,
    ItemStatistics,
    cronbach_alpha,
    distractor_statistics,
    flags,
    item_statistics,
)
from scoring.cuts import NO_LEVEL, level_of, level_probabilities, theta_at_expected_share
from scoring.design import connected_components
from scoring.errors import (
    DisconnectedDesign,
    InvalidCuts,
    InvalidParameters,
    InvalidQuadrature,
    InvalidResponses,
    NotCalibrated,
    NothingToCalibrate,
    ScoringError,
    ShareUnreachable,
)
from scoring.information import expected_number_correct, form_information, item_information
from scoring.models import probability_correct
from scoring.params import ItemParams
from scoring.priors import WEAK_PRIORS, ItemPriors, LogNormal, Normal
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import MISSING, response_matrix
from scoring.simulate import Recovery, recovery, simulate_responses

__all__ = [
    "MISSING",
    "NO_LEVEL",
    "WEAK_PRIORS",
    "AbilityEstimates",
    "Calibration",
    "CalibrationMessage",
    "CalibrationOptions",
    "CalibrationStatus",
    "CalibrationWarning",
    "DisconnectedDesign",
    "DistractorStatistics",
    "ExcludedItem",
    "ExclusionReason",
    "FlagThresholds",
    "InvalidCuts",
    "InvalidParameters",
    "InvalidQuadrature",
    "InvalidResponses",
    "ItemFlag",
    "ItemFlagCode",
    "ItemParams",
    "ItemPriors",
    "ItemStatistics",
    "LogNormal",
    "Normal",
    "NotCalibrated",
    "NothingToCalibrate",
    "Quadrature",
    "Recovery",
    "ScoringError",
    "ShareUnreachable",
    "calibrate_2pl",
    "connected_components",
    "cronbach_alpha",
    "distractor_statistics",
    "eap",
    "expected_number_correct",
    "flags",
    "form_information",
    "item_information",
    "item_statistics",
    "level_of",
    "level_probabilities",
    "normal_quadrature",
    "probability_correct",
    "recovery",
    "response_matrix",
    "simulate_responses",
    "theta_at_expected_share",
]
