"""A mark is a share of the item's points, exact; its category is what the calibration divides it into."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from examsvc.canonical import canonical_sha256
from examsvc.positions.framework import CUSTOMS_0_3
from examsvc.results.categories import MOST_CATEGORIES, WHOLE_MARK, Categories, possible_categories
from examsvc.results.errors import PlanMalformed
from examsvc.results.estimate import ScoringPlan, score_form
from examsvc.results.marks import ItemKey, keys_checksum, mark_table, scored_matrix, tally
from examsvc.results.remark import remark
from examsvc.results.rescore import curve_table, differences, rescore
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Asked, Option, single_choice
from item_bank.interactions.attainable import attainable_shares
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key, Weights, check_key
from scoring import ItemParams, simulate_responses
from scoring.responses import MISSING
from tests.every_interaction import EXAMPLES

HALF, QUARTER, TENTH = Fraction(1, 2), Fraction(1, 4), Fraction(1, 10)
STATEMENTS = Categories((Fraction(0), TENTH, QUARTER, HALF, Fraction(1)), (0.0, 0.1, 0.25, 0.5, 1.0))


def known(kind: Interaction) -> ItemKey:
    return ItemKey(EXAMPLES[kind].asked, EXAMPLES[kind].key)


def weighed(**of: Fraction) -> ItemKey:
    asked = Asked(Interaction.MULTIPLE_RESPONSE, tuple(Option(id_, id_) for id_ in of))
    best = sum((weight for weight in of.values() if weight > 0), Fraction(0))
    right = " ".join(id_ for id_, weight in of.items() if weight > 0)
    return ItemKey(asked, check_key(asked, Key(1, (right,), Credit.WEIGHTS, weights=Weights(of, best))))


KEYS = {
    "s": known(Interaction.STATEMENTS),
    "o": known(Interaction.ORDER),
    "n": known(Interaction.NUMERIC),
    "w": weighed(A=Fraction(1, 3), B=Fraction(2, 3), C=Fraction(-1, 7)),
}
SAT = [
    {"s": "A>P1 B>P2 B>P3 B>P4", "o": "A B D C", "n": "12.54", "w": "A"},
    {"s": "A>P1 B>P2 B>P3 A>P4", "o": "A B C D", "n": "99", "w": "A B"},
    {"s": None, "n": "no number", "w": "B C"},
]
POINTS = [HALF + HALF + 1 + Fraction(1, 3), Fraction(3), Fraction(2, 3) - Fraction(1, 7)]


def test_points_are_exact_sums_of_shares_and_whole_marks_are_counted_beside_them():
    table = mark_table(tuple(KEYS), SAT, KEYS)
    assert table.points() == POINTS
    assert table.numbers_correct() == [1, 3, 0]
    assert [tally(tuple(KEYS), sat, KEYS) for sat in SAT] == list(zip(POINTS, [1, 3, 0], strict=True))


def test_shares_of_huge_denominators_add_up_exactly():
    primes = (999_983, 999_979, 999_961, 999_959, 999_953)
    keys = {str(p): weighed(A=Fraction(1, p), B=Fraction(p - 1, p)) for p in primes}
    table = mark_table(tuple(keys), [dict.fromkeys(keys, "A")], keys)
    assert table.points() == [sum(Fraction(1, p) for p in primes)]


def test_a_mark_falls_into_the_category_that_the_calibration_has_for_its_share():
    merged = Categories((Fraction(0), QUARTER, Fraction(1)), (0.05, 0.4, 1.0))
    categories = (merged, possible_categories(KEYS["o"].asked, KEYS["o"].key), WHOLE_MARK, WHOLE_MARK)
    assert scored_matrix(tuple(KEYS), SAT, KEYS, categories).tolist() == [
        [1, 2, 1, 0],
        [2, 3, 0, 1],
        [0, 0, 0, 0],
    ]
    assert scored_matrix(tuple(KEYS), [{}], KEYS, categories).tolist() == [[MISSING] * 4]


@pytest.mark.parametrize(
    ("kind", "response", "share"),
    [
        (Interaction.MULTIPLE_RESPONSE, "A A", 0),
        (Interaction.MULTIPLE_RESPONSE, "A B C", 0),  # one more than may be chosen
        (Interaction.MULTIPLE_RESPONSE, "C A", 1),
        (Interaction.MATCH, "A>P1 A>P2", 0),  # an option may be put once
        (Interaction.MATCH, "A>P1 B>P1", 0),  # a place takes one
        (Interaction.INLINE_CHOICE, "C>P1 C>P2", 0),  # C is no option of the first place
        (Interaction.ORDER, "A B C", 0),
        (Interaction.SHORT_TEXT, " vnaccs/VCIS ", 1),
        (Interaction.NUMERIC, "12,55", 1),
        (Interaction.NUMERIC, "12,551", 0),
        (Interaction.HOTSPOT, "P1 P2", 0),
    ],
)
def test_both_markings_refuse_what_the_item_does_not_allow(kind: Interaction, response: str, share: int):
    assert known(kind).share(response) == share
    assert remark(known(kind), response) == share


def test_keys_of_old_results_have_the_name_they_had():
    keys = {"7": ItemKey.single("B"), "9": ItemKey(KEYS["s"].asked, Key(3, ("D", "A")))}
    assert keys_checksum(("7", "9"), keys) == canonical_sha256([["7", ["B"], 1], ["9", ["A", "D"], 3]])
    alone = keys_checksum(("7",), keys)
    assert alone == "d628fe9135186e49b38b0210f63ebe009a6fe7813e94a4f0dca93a2fde9ba84a"


@pytest.mark.parametrize(
    "other",
    [
        Key(1, ("12,5",), tolerance=Decimal("0.1")),
        Key(1, ("12,5",), Credit.PARTS),
        Key(1, ("12,5",), with_case=True),
        Key(1, ("12,5",), with_marks=False),
        Key(1, ("12,5",), Credit.WEIGHTS, weights=Weights({"12,5": Fraction(1)}, Fraction(1))),
        Key(1, ("12,5",), Credit.WEIGHTS, weights=Weights({"12,5": Fraction(1)}, Fraction(1), low=None)),
        Key(2, ("12,5",)),
    ],
)
def test_whatever_changes_a_rule_changes_the_name_of_the_keys(other: Key):
    asked, plain = Asked(Interaction.NUMERIC), Key(1, ("12,5",))
    names = {keys_checksum(("1",), {"1": ItemKey(asked, key)}) for key in (plain, other)}
    assert len(names) == 2
    credited = ItemKey(asked, plain, credits_all=True)
    assert keys_checksum(("1",), {"1": credited}) not in names


@pytest.mark.parametrize(
    ("kind", "shares"),
    [
        (Interaction.SINGLE_CHOICE, (0, 1)),
        (Interaction.STATEMENTS, STATEMENTS.bounds),
        (Interaction.MULTIPLE_RESPONSE, (0, HALF, 1)),
        (Interaction.ORDER, (0, QUARTER, HALF, 1)),  # three of four in place put the fourth there too
        (Interaction.MATCH, (0, HALF, 1)),
        (Interaction.NUMERIC, (0, 1)),
        (Interaction.SHORT_TEXT, (0, 1)),
    ],
)
def test_the_shares_an_item_can_give_follow_from_its_key(kind: Interaction, shares: tuple[Fraction, ...]):
    assert attainable_shares(EXAMPLES[kind].asked, EXAMPLES[kind].key, 8) == shares


def test_weights_give_the_sums_that_can_be_had_and_many_of_them_become_equal_bins():
    few = KEYS["w"]
    assert attainable_shares(few.asked, few.key, 8) == tuple(
        sorted({Fraction(n, 21) for n in (0, 7, 14, 21, 4, 11, 18)})
    )
    many = weighed(**{chr(65 + n): Fraction(1, 2**n) for n in range(6)})
    assert attainable_shares(many.asked, many.key, 8) is None
    bins = possible_categories(many.asked, many.key)
    assert bins.bounds == tuple(Fraction(n, 7) for n in range(MOST_CATEGORIES))
    assert bins.place(Fraction(6, 7) + Fraction(1, 10)) == 6
    assert bins.place(Fraction(1)) == 7


def test_more_weights_than_can_be_followed_are_bins_and_end_at_once():
    many = weighed(**{chr(65 + n): Fraction(1, 97 + n) for n in range(26)})
    assert len(possible_categories(many.asked, many.key)) == MOST_CATEGORIES


def test_what_people_mark_has_no_shares():
    with pytest.raises(InvalidItem, match="KEY_MISSING"):
        attainable_shares(EXAMPLES[Interaction.ESSAY].asked, EXAMPLES[Interaction.ESSAY].key, 8)


def test_categories_nobody_fell_into_go_to_the_next_lower_one():
    merged = STATEMENTS.merged({TENTH: 5, HALF: 3, Fraction(1): 2})
    assert merged.bounds == (0, HALF, 1)
    assert merged.worth == (0.1, 0.5, 1.0)
    assert [merged.place(share) for share in STATEMENTS.bounds] == [0, 0, 0, 1, 2]
    bins = Categories(tuple(Fraction(n, 7) for n in range(8)), (*((n + 0.5) / 7 for n in range(7)), 1.0))
    found = bins.merged({Fraction(1, 10): 3, Fraction(1, 8): 1, Fraction(1): 1})
    assert found.worth == (float((3 * TENTH + Fraction(1, 8)) / 4), 1.0)
    assert STATEMENTS.merged({HALF: 9}) == STATEMENTS


@pytest.mark.parametrize(
    ("bounds", "worth"),
    [
        ((0,), (0,)),
        ((0, 1), (0,)),
        ((TENTH, 1), (0, 1)),
        ((0, HALF, QUARTER), (0, 0.2, 1)),
        ((0, 1), (0.5, 0.2)),
    ],
)
def test_categories_that_are_none_are_refused(bounds: tuple[Fraction, ...], worth: tuple[float, ...]):
    with pytest.raises(PlanMalformed):
        Categories(tuple(map(Fraction, bounds)), worth)


def plan_of(n_items: int, rng: np.random.Generator) -> tuple[ScoringPlan, ItemParams]:
    a = rng.lognormal(0, 0.2, n_items)
    steps = rng.normal(0, 0.6, n_items)[:, None] + 0.7 * np.arange(4) - 1
    params = ItemParams.polytomous(a, steps)
    items = tuple(f"i{n}" for n in range(n_items))
    groups = {"CM01": items[: n_items // 2], "CM02": items[n_items // 2 :]}
    return ScoringPlan(items, params, groups, CUSTOMS_0_3, 4, categories=(STATEMENTS,) * n_items), params


BY_CATEGORY = (
    "B>P1 A>P2 A>P3 B>P4",
    "A>P1 A>P2 A>P3 B>P4",
    "A>P1 B>P2 A>P3 B>P4",
    "A>P1 B>P2 B>P3 B>P4",
    "A>P1 B>P2 B>P3 A>P4",
)


def test_both_scorings_agree_on_partial_credit_and_a_slip_in_one_is_caught():
    rng = np.random.default_rng(12)
    plan, params = plan_of(12, rng)
    marks = simulate_responses(rng.normal(size=20), params, rng)
    keys = dict.fromkeys(plan.item_ids, KEYS["s"])
    sat = [{item: BY_CATEGORY[k] for item, k in zip(plan.item_ids, row, strict=True)} for row in marks]
    table = curve_table(plan)
    scores = score_form(plan, sat, keys).scores
    for score, responses, row in zip(scores, sat, marks, strict=True):
        assert score.points == sum(STATEMENTS.bounds[k] for k in row)
        assert differences(score, rescore(plan, table, responses, keys)) == ()
    slipped = dict(sat[0])
    slipped["i0"] = BY_CATEGORY[(marks[0, 0] + 2) % 5]
    assert "points" in differences(scores[0], rescore(plan, table, slipped, keys))


def test_a_plan_whose_categories_are_not_those_of_its_parameters_is_refused():
    plan, params = plan_of(6, np.random.default_rng(1))
    for categories in ((WHOLE_MARK,) * 6, (STATEMENTS,) * 5):
        with pytest.raises(PlanMalformed):
            ScoringPlan(plan.item_ids, params, {}, CUSTOMS_0_3, 4, categories=categories)


def test_a_response_is_marked_once_however_many_send_it(monkeypatch: pytest.MonkeyPatch):
    asked = single_choice("a", "b")
    times = []
    monkeypatch.setattr(
        "item_bank.interactions.marking.share", lambda *given: times.append(given) or Fraction(1)
    )
    known = ItemKey(asked, Key(1, ("A",)))
    mark_table(("x",), [{"x": "A"}, {"x": "B"}] * 50, {"x": known})
    for _ in range(50):
        known.share("A")
    assert len(times) == 2
