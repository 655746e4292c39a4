"""How a calibration ended, in words: what it means and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Ending:
    """An end of a calibration: in words, what it means, what to do; `tone` is good, warning or bad."""

    label: LazyString
    meaning: LazyString
    advice: LazyString
    tone: str


ENDINGS: Final = {
    "CONVERGED": Ending(
        _l("Converged"),
        _l("The computation found the parameters that fit the responses best, and checked that it did."),
        _l("Look at the flags and the fit below, then let a second person decide."),
        "good",
    ),
    "JUDGED": Ending(
        _l("Judged by the authors, provisional"),
        _l("No responses yet: difficulties come from the share that the authors expect to answer right."),
        _l("Enough to balance the first forms. Calibrate from responses after the first campaign."),
        "warning",
    ),
    "MAX_ITERATIONS": Ending(
        _l("Not converged: stopped at the limit of iterations"),
        _l("The parameters were still moving when the limit was reached: they are not the best ones."),
        _l(
            "Do not adopt. Look for items with few responses, nearly all right or all wrong; then start "
            "again with the 2PL or Rasch model, or with priors borrowed from the topic."
        ),
        "bad",
    ),
    "NOT_DETERMINED": Ending(
        _l("Not converged: not determined by these responses"),
        _l("The responses fit many sets of parameters equally well: some item's figures can run away."),
        _l(
            "Do not adopt. Start again with weak priors or the Rasch model, or wait for more responses; "
            "items with very large errors below show where the responses say too little."
        ),
        "bad",
    ),
    "CANCELLED": Ending(
        _l("Cancelled"),
        _l("Somebody stopped the computation before its end."),
        _l("Do not adopt. Start it again."),
        "bad",
    ),
}
UNKNOWN_ENDING: Final = Ending(
    _l("Unknown end"),
    _l("This version does not know how this calibration ended."),
    _l("Do not adopt."),
    "bad",
)
WARNINGS: Final = {
    "NEGATIVE_DISCRIMINATION": _l("an item is answered right less often by the abler: look for a wrong key"),
    "INFORMATION_NOT_POSITIVE_DEFINITE": _l(
        "standard errors could not be computed: the responses say too little of some item"
    ),
    "PERSONS_WITHOUT_RESPONSES": _l("sittings without any response were left out"),
    "EMPTY_CATEGORIES": _l("marks that nobody earned were joined to the next lower mark"),
    "GUESSING_AT_BOUND": _l("an item's guessing parameter ended at its bound: the 2PL model may do as well"),
    "POPULATION_BEYOND_NODES": _l(
        "the candidates are so able or so unable that the grid of abilities hardly covers them"
    ),
    "POPULATION_FINER_THAN_NODES": _l(
        "the candidates are so alike that the grid of abilities is too coarse for them"
    ),
    "POPULATION_WITHOUT_SPREAD": _l(
        "the responses show no differences of ability between candidates: do not rank them by this exam"
    ),
    "MAXIMUM_NOT_VERIFIED": _l(
        "that no other parameters fit better nearby was not checked, because the bank is very large"
    ),
    "UNLINKED_FORMS": _l(
        "no candidate ties some items to the others: "
        "they share a scale only if forms were given out at random"
    ),
    "CARRIED_FROM_OTHER_SCALE": _l(
        "items on no form of this campaign were carried over from the last time, but their figures stand on "
        "another scale: do not put them on one form with the others"
    ),
}
LINK_METHODS: Final = {
    "STOCKING_LORD": _l("Stocking–Lord: the curves of the whole set agree"),
    "HAEBARA": _l("Haebara: the curve of each item agrees"),
    "MEAN_SIGMA": _l("mean–sigma"),
    "MEAN_MEAN": _l("mean–mean"),
    "GEOMETRIC_MEAN": _l("mean–geometric mean"),
    "FIXED": _l("shared items held fixed"),
}


def ending_of(status: object) -> Ending:
    """The words for a stored status."""
    return ENDINGS.get(str(status), UNKNOWN_ENDING)
