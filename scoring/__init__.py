"""Psychometrics: marks in, estimates out. Knows no server, database, clock or randomness of its own.

What is used every day stands here; whole fields have rooms of their own: `scoring.fit`, `scoring.dif`,
`scoring.linking`, `scoring.standard_setting`, `scoring.raters`, `scoring.exchange`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scoring._public import HOME

if TYPE_CHECKING:
    from scoring.ability import (
        AbilityEstimates,
        NormalPrior,
        PersonScores,
        ScoreStatus,
        SearchOptions,
        WeightedLikelihood,
        eap,
        eap_scores,
        map_scores,
        ml_scores,
        posterior_blocks,
        wle_scores,
    )
    from scoring.analysis import Analysis, AnalysisOptions, analyse
    from scoring.calibrating import calibrate
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
        ItemCovariance,
        RecodedItem,
        StandardErrorMethod,
    )
    from scoring.classification import (
        CutQuality,
        DecisionQuality,
        lee,
        lee_in_population,
        rudner,
        rudner_in_population,
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
    from scoring.cuts import (
        NO_LEVEL,
        cuts_from_shares,
        level_of,
        level_probabilities,
        marks_at_cuts,
        normal_level_probabilities,
        theta_at_expected_marks,
        theta_at_expected_share,
    )
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
    from scoring.hierarchy import Borrowing, TopicPrior, borrowed_priors, calibrate_borrowing
    from scoring.information import expected_number_correct, form_information, item_information
    from scoring.judgement import judged_partial_credit, params_from_expected_shares
    from scoring.mml.spread import DaskWorkers
    from scoring.models import (
        category_probabilities,
        expected_marks,
        log_category_probabilities,
        probability_correct,
    )
    from scoring.multidim import (
        BorrowingGain,
        CompetencyModel,
        CorrelationEstimate,
        CorrelationOptions,
        CorrelationStatus,
        JointStatus,
        MultidimensionalScores,
        borrowing_gain,
        estimate_correlations,
        multidimensional_blocks,
        multidimensional_eap,
    )
    from scoring.number_correct import (
        SumScoreTable,
        level_shares,
        score_distributions,
        shares_at_or_above,
        sum_score_table,
        sum_scores,
    )
    from scoring.parameter_errors import ParameterErrors
    from scoring.params import ItemModel, ItemParams
    from scoring.pass_rule import (
        ComponentReason,
        ComponentResult,
        ComponentRule,
        Outcome,
        PassDecision,
        PassRule,
        decide,
    )
    from scoring.plausible import PooledEstimate, plausible_values, pool, pooled_level_shares, pooled_mean
    from scoring.points import (
        category_shares,
        even_shares,
        expected_points,
        expected_shares,
        theta_at_share_of_points,
    )
    from scoring.priors import WEAK_PRIORS, Beta, ItemPriors, LogitNormal, LogNormal, Normal
    from scoring.quadrature import Quadrature, normal_quadrature
    from scoring.recovery_study import ParameterRecovery, RecoveryPlan, RecoveryResult, parameter_recovery
    from scoring.reliability import (
        Alpha,
        Omega,
        alpha,
        empirical_reliability,
        expected_omega,
        marginal_reliability,
        omega,
    )
    from scoring.responses import MISSING, SparseResponses, response_matrix
    from scoring.scale import DecideOn, Rounding, ScaleBasis, ScoreScale, conditional_sem
    from scoring.screening import BLANK, IdenticalGroup, Recoded, identical_responses, recode_not_reached
    from scoring.simulate import (
        Population,
        Recovery,
        draw_abilities,
        draw_params,
        recovery,
        simulate_multistage,
        simulate_responses,
        simulate_sparse,
    )
    from scoring.zones import LevelZones, level_zones, posterior_level_zones

__all__ = [
    "BLANK",
    "MAXIMUM_LIKELIHOOD",
    "MISSING",
    "NO_LEVEL",
    "WEAK_PRIORS",
    "AbilityEstimates",
    "Alpha",
    "Analysis",
    "AnalysisOptions",
    "Beta",
    "Borrowing",
    "BorrowingGain",
    "Calibration",
    "CalibrationMessage",
    "CalibrationOptions",
    "CalibrationStatus",
    "CalibrationWarning",
    "CompetencyModel",
    "ComponentReason",
    "ComponentResult",
    "ComponentRule",
    "CorrelationEstimate",
    "CorrelationOptions",
    "CorrelationStatus",
    "CutQuality",
    "DaskWorkers",
    "DecideOn",
    "DecisionQuality",
    "DisconnectedDesign",
    "DistractorStatistics",
    "ExcludedItem",
    "ExclusionReason",
    "FlagThresholds",
    "GroupDistribution",
    "IdenticalGroup",
    "InvalidCuts",
    "InvalidParameters",
    "InvalidQuadrature",
    "InvalidResponses",
    "ItemCovariance",
    "ItemFlag",
    "ItemFlagCode",
    "ItemModel",
    "ItemParams",
    "ItemPriors",
    "ItemStatistics",
    "JointStatus",
    "LevelZones",
    "LogNormal",
    "LogitNormal",
    "MultidimensionalScores",
    "Normal",
    "NormalPrior",
    "NotCalibrated",
    "NothingToCalibrate",
    "Omega",
    "Outcome",
    "ParameterErrors",
    "ParameterRecovery",
    "PassDecision",
    "PassRule",
    "PersonScores",
    "PooledEstimate",
    "Population",
    "Quadrature",
    "Recoded",
    "RecodedItem",
    "Recovery",
    "RecoveryPlan",
    "RecoveryResult",
    "Rounding",
    "ScaleBasis",
    "ScoreScale",
    "ScoreStatus",
    "ScoringError",
    "SearchOptions",
    "ShareUnreachable",
    "SparseResponses",
    "StandardErrorMethod",
    "SumScoreTable",
    "TopicPrior",
    "WeightedLikelihood",
    "alpha",
    "analyse",
    "borrowed_priors",
    "borrowing_gain",
    "calibrate",
    "calibrate_borrowing",
    "category_probabilities",
    "category_shares",
    "conditional_sem",
    "connected_components",
    "cronbach_alpha",
    "cuts_from_shares",
    "decide",
    "distractor_statistics",
    "draw_abilities",
    "draw_params",
    "eap",
    "eap_scores",
    "empirical_reliability",
    "estimate_correlations",
    "even_shares",
    "expected_marks",
    "expected_number_correct",
    "expected_omega",
    "expected_points",
    "expected_shares",
    "flags",
    "form_information",
    "identical_responses",
    "item_information",
    "item_statistics",
    "judged_partial_credit",
    "lee",
    "lee_in_population",
    "level_of",
    "level_probabilities",
    "level_shares",
    "level_zones",
    "log_category_probabilities",
    "map_scores",
    "marginal_reliability",
    "marks_at_cuts",
    "ml_scores",
    "multidimensional_blocks",
    "multidimensional_eap",
    "normal_level_probabilities",
    "normal_quadrature",
    "omega",
    "parameter_recovery",
    "params_from_expected_shares",
    "plausible_values",
    "pool",
    "pooled_level_shares",
    "pooled_mean",
    "posterior_blocks",
    "posterior_level_zones",
    "probability_correct",
    "recode_not_reached",
    "recovery",
    "response_matrix",
    "rudner",
    "rudner_in_population",
    "score_distributions",
    "shares_at_or_above",
    "simulate_multistage",
    "simulate_responses",
    "simulate_sparse",
    "sum_score_table",
    "sum_scores",
    "theta_at_expected_marks",
    "theta_at_expected_share",
    "theta_at_share_of_points",
    "wle_scores",
]


def __getattr__(name: str) -> Any:
    """The public name, from its module, at its first use."""
    if name not in HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
