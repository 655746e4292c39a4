"""Settings that name a choice: the word does what the member does, and another word is refused by name."""

import numpy as np
import pytest

from scoring import (
    DecideOn,
    ItemParams,
    Rounding,
    ScoreScale,
    ScoringError,
    WeightedLikelihood,
    draw_params,
    wle_scores,
)
from scoring.dif import DifOptions, LikelihoodRatioOptions, Matching, MatchOn, PurgeRule, PurificationOptions
from scoring.dif import mantel_haenszel as mh
from scoring.errors import InvalidOptions
from scoring.exchange import read_mirt
from scoring.fit import person_fit
from scoring.linking import Link, LinkMethod, LinkStatus, linker_of, screen_anchors, with_delta_errors
from scoring.parameter_errors import ParameterErrors
from scoring.raters import FacetOptions, Steps
from scoring.standard_setting import BookmarkRule, bookmark, ordered_item_booklet

ITEMS = ItemParams.two_pl([0.8, 1.0, 1.3, 0.9, 1.1, 1.4], [-1.0, -0.5, 0.0, 0.4, 0.9, 1.5])


def fresh(word: str) -> str:
    """An equal string that is not the same object, as one read from a file."""
    return "".join(list(word))


def pair() -> tuple[ItemParams, ItemParams]:
    rng = np.random.default_rng(1)
    return ItemParams.two_pl(ITEMS.a * rng.lognormal(0, 0.2, 6), ITEMS.b + rng.normal(0, 0.3, 6)), ITEMS


@pytest.mark.parametrize("method", LinkMethod)
def test_a_method_of_linking_may_be_given_by_its_word(method: LinkMethod) -> None:
    by_word, by_member = linker_of(fresh(method.value))(*pair()), linker_of(method)(*pair())
    assert (by_word.slope, by_word.method) == (by_member.slope, method)
    assert screen_anchors(*pair(), method=fresh(method.value)).link.method is method


def test_a_link_read_from_a_file_has_the_same_errors_as_the_link_itself() -> None:
    found = linker_of(LinkMethod.HAEBARA)(*pair())
    stored = Link(found.slope, found.intercept, "HAEBARA", 6, found.criterion, "CONVERGED")  # type: ignore[arg-type]
    assert (stored.method, stored.status, stored.is_converged) == (
        LinkMethod.HAEBARA,
        LinkStatus.CONVERGED,
        True,
    )
    errors = (ParameterErrors.from_standard_errors(pair()[0], np.full(6, 0.1), np.full(6, 0.1)), None)
    covariances = [with_delta_errors(link, pair(), errors).covariance for link in (found, stored)]
    assert np.array_equal(covariances[0], covariances[1])


@pytest.mark.parametrize("rounding", Rounding)
def test_rounding_may_be_given_by_its_word(rounding: Rounding) -> None:
    values = np.array([-2.5, -0.7, 0.5, 1.5, 2.2])
    by_word = ScoreScale(1.0, 0.0, rounding=fresh(rounding.value), basis=fresh("percent"))  # type: ignore[arg-type]
    assert by_word.rounding is rounding
    assert np.array_equal(by_word.reported(values), ScoreScale(1.0, 0.0, rounding=rounding).reported(values))
    assert by_word.table(4)[-1] == 100.0


def test_what_decides_on_a_level_may_be_given_by_its_word() -> None:
    scale = ScoreScale(1.0, 0.0)
    for decide_on in DecideOn:
        assert scale.levels([0.6], [1.0], fresh(decide_on.value)) == scale.levels([0.6], [1.0], decide_on)
    assert scale.levels([0.6], [1.0], fresh("reported")) == [1]
    assert scale.levels([0.6], [1.0], fresh("unrounded")) == [0]


@pytest.mark.parametrize("rule", BookmarkRule)
def test_the_rule_of_a_bookmark_may_be_given_by_its_word(rule: BookmarkRule) -> None:
    booklet = ordered_item_booklet(ITEMS)
    by_word = bookmark([[3.0]], booklet, fresh(rule.value))
    assert by_word.cuts == bookmark([[3.0]], booklet, rule).cuts
    last = [[booklet.n_pages + 1.0]]
    if rule is BookmarkRule.PRECEDING:
        assert bookmark(last, booklet, fresh(rule.value)).cuts == booklet.location[-1]
    if rule is BookmarkRule.BOOKMARKED:
        assert bookmark([[1.0]], booklet, fresh(rule.value)).cuts == booklet.location[0]


def test_choices_of_dif_and_of_raters_may_be_given_by_their_words() -> None:
    assert PurificationOptions(rule=fresh("NOT_NEGLIGIBLE")).rule is PurgeRule.NOT_NEGLIGIBLE  # type: ignore[arg-type]
    assert Matching(on=fresh("THETA"), theta=np.zeros(3)).on is MatchOn.THETA  # type: ignore[arg-type]
    with pytest.raises(InvalidOptions, match="theta is needed"):
        Matching(on=fresh("THETA"))  # type: ignore[arg-type]
    assert DifOptions(effect=fresh("UNIFORM")).effect == "UNIFORM"  # type: ignore[arg-type]
    significant = PurificationOptions(rule=fresh("SIGNIFICANT"))  # type: ignore[arg-type]
    assert LikelihoodRatioOptions(purification=significant).purification is significant
    assert FacetOptions(steps=fresh("COMMON")).steps is Steps.COMMON  # type: ignore[arg-type]


def test_matching_by_the_word_is_matching_by_the_member() -> None:
    rng = np.random.default_rng(2)
    marks, group = rng.integers(0, 2, (400, 6)), np.repeat(["a", "b"], 200)
    for on in (MatchOn.TOTAL, MatchOn.REST):
        deltas = [
            mh(marks, group, "b", options=DifOptions(matching=Matching(on=chosen))).delta
            for chosen in (on, fresh(on.value))
        ]
        assert np.array_equal(deltas[0], deltas[1])


def test_weights_of_the_likelihood_may_be_given_by_their_words() -> None:
    items = ItemParams([1.0, 1.2, 0.9], [-0.5, 0.1, 0.8], [0.2, 0.2, 0.2])
    for weight in WeightedLikelihood:
        by_word = wle_scores([[1, 1, 0]], items, fresh(weight.value))
        assert by_word.theta == wle_scores([[1, 1, 0]], items, weight).theta


@pytest.mark.parametrize(
    ("ask", "name", "known"),
    [
        (lambda: linker_of("SL"), "method", "STOCKING_LORD"),
        (lambda: screen_anchors(*pair(), method="SL"), "method", "STOCKING_LORD"),
        (lambda: Link(1.0, 0.0, "SL", 5), "method", "STOCKING_LORD"),
        (lambda: ScoreScale(1.0, 0.0, rounding="up"), "rounding", "half_up"),
        (lambda: ScoreScale(1.0, 0.0, basis="marks"), "basis", "number_correct"),
        (lambda: ScoreScale(1.0, 0.0).levels([0.0], [1.0], "rounded"), "decide_on", "reported"),
        (lambda: bookmark([[2.0]], ordered_item_booklet(ITEMS), "AFTER"), "rule", "PRECEDING"),
        (lambda: PurificationOptions(rule="B"), "rule", "NOT_NEGLIGIBLE"),
        (lambda: Matching(on="SCORE"), "on", "TOTAL"),
        (lambda: DifOptions(effect="ANY"), "effect", "UNIFORM"),
        (lambda: FacetOptions(steps="OWN"), "steps", "BY_TASK"),
        (lambda: wle_scores([[1, 0, 1, 0, 1, 0]], ITEMS, "jeffreys"), "weight", "warm"),
        (lambda: read_mirt("item,a1,d\nx,1,0\n", models=["2pl"]), r"models\[0\]", "2PL"),
        (lambda: draw_params("foo", 3, np.random.default_rng(1)), "model", "2PL"),
        (lambda: person_fit([[1, 0, 1, 0, 1, 0]], ITEMS, [0.0], method="WLS"), "method", "JEFFREYS"),
    ],
)
def test_an_unknown_word_is_refused_with_its_argument_and_the_known_ones(ask, name, known) -> None:
    with pytest.raises(InvalidOptions, match=rf"{name}: .* none of .*{known}") as refused:
        ask()
    assert isinstance(refused.value, ScoringError)


def test_that_an_eap_has_no_lz_star_is_said() -> None:
    with pytest.raises(InvalidOptions, match=r"EAP.*no lz\*"):
        person_fit([[1, 0, 1, 0, 1, 0]], ITEMS, [0.0], method="EAP")
