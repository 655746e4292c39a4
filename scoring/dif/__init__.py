"""Differential item functioning: does an item favour one of two groups among persons of equal ability?"""

from scoring.dif.effect_sizes import (
    AreaBetween,
    ExpectedScoreDifference,
    expected_score_difference,
    raju_area,
)
from scoring.dif.groups import DifClass, DifReason, TwoGroups, two_groups
from scoring.dif.likelihood_ratio import LikelihoodRatioDif, LikelihoodRatioOptions, likelihood_ratio_dif
from scoring.dif.logistic import LogisticDif, logistic_dif
from scoring.dif.mantel import Mantel, OrdinalTable, mantel, ordinal_table
from scoring.dif.mantel_haenszel import (
    CommonOddsRatio,
    MantelHaenszel,
    common_odds_ratio,
    ets_class,
    mantel_haenszel,
)
from scoring.dif.matching import DifEffect, DifOptions, Matching, MatchOn
from scoring.dif.purification import PurgeRule, Purification, PurificationOptions, PurificationStatus, purify
from scoring.multiple_tests import benjamini_hochberg

__all__ = [
    "AreaBetween",
    "CommonOddsRatio",
    "DifClass",
    "DifEffect",
    "DifOptions",
    "DifReason",
    "ExpectedScoreDifference",
    "LikelihoodRatioDif",
    "LikelihoodRatioOptions",
    "LogisticDif",
    "Mantel",
    "MantelHaenszel",
    "MatchOn",
    "Matching",
    "OrdinalTable",
    "PurgeRule",
    "Purification",
    "PurificationOptions",
    "PurificationStatus",
    "TwoGroups",
    "benjamini_hochberg",
    "common_odds_ratio",
    "ets_class",
    "expected_score_difference",
    "likelihood_ratio_dif",
    "logistic_dif",
    "mantel",
    "mantel_haenszel",
    "ordinal_table",
    "purify",
    "raju_area",
    "two_groups",
]
