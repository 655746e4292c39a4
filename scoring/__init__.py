"""Psychometrics: marks in, estimates out. Knows no server, database, clock or randomness of its own."""

from scoring.ability import AbilityEstimates, eap
from scoring.calibrate import calibrate
from scoring.calibration import (
    MAXIMUM_LIKELIHOOD,
    Calibration,
    CalibrationMessage,
    CalibrationOptions,
    CalibrationStatus,
    CalibrationWarning,
    ExcludedItem,
    ExclusionReason,
    GroupDistribution,
    RecodedItem,
    StandardErrorMethod,
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
from scoring.models import (
    category_probabilities,
    expected_marks,
    log_category_probabilities,
    probability_correct,
)
from scoring.params import ItemModel, ItemParams
from scoring.priors import WEAK_PRIORS, Beta, ItemPriors, LogitNormal, LogNormal, Normal
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import MISSING, SparseResponses, response_matrix
from scoring.simulate import Recovery, recovery, simulate_responses

__all__ = [
    "MAXIMUM_LIKELIHOOD",
    "MISSING",
    "NO_LEVEL",
    "WEAK_PRIORS",
    "AbilityEstimates",
    "Beta",
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
    "GroupDistribution",
    "InvalidCuts",
    "InvalidParameters",
    "InvalidQuadrature",
    "InvalidResponses",
    "ItemFlag",
    "ItemFlagCode",
    "ItemModel",
    "ItemParams",
    "ItemPriors",
    "ItemStatistics",
    "LogNormal",
    "LogitNormal",
    "Normal",
    "NotCalibrated",
    "NothingToCalibrate",
    "Quadrature",
    "RecodedItem",
    "Recovery",
    "ScoringError",
    "ShareUnreachable",
    "SparseResponses",
    "StandardErrorMethod",
    "calibrate",
    "category_probabilities",
    "connected_components",
    "cronbach_alpha",
    "distractor_statistics",
    "eap",
    "expected_marks",
    "expected_number_correct",
    "flags",
    "form_information",
    "item_information",
    "item_statistics",
    "level_of",
    "level_probabilities",
    "log_category_probabilities",
    "normal_quadrature",
    "probability_correct",
    "recovery",
    "response_matrix",
    "simulate_responses",
    "theta_at_expected_share",
]
