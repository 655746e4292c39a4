"""A campaign of every computer-marked interaction: marked, calibrated, scored and released by its rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import exp

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.roles import Role
from examsvc.results.errors import ScoringRefused
from examsvc.services import Services, calibration, results
from examsvc.services.calibration_data import campaign_data
from examsvc.services.calibration_seal import checksum_of
from examsvc.services.candidates import read_outcome
from examsvc.services.export import export_parameters, export_responses
from examsvc.services.marking import mark_closed
from examsvc.services.what_if import WhatIf, what_if
from examsvc.store import assembly as assembly_store
from examsvc.store import measuring
from examsvc.store.models import (
    CompetencyScoreRow,
    EvidenceRow,
    ItemVersionRow,
    ScoreRow,
    SittingMarkRow,
    SittingRow,
)
from item_bank.interactions.kinds import Interaction
from tests.integration.measured_campaign import N_ITEMS, N_SITTINGS, PER_FORM
from tests.integration.measuring_steps import adopted, calibration_of, proposed, rows_of, scored
from tests.integration.mixed_campaign import BY_HAND, Mixed, kind_of, lay_mixed_campaign
from tests.integration.signing_in import sign_in
from tests.integration.test_result_guards import one_score, rewrite

pytestmark = pytest.mark.integration
PASSWORD = "tay-nải-xanh-7"


@pytest.fixture
def mixed(services: Services) -> Mixed:
    return lay_mixed_campaign(services)


def places(kind: Interaction) -> list[int]:
    return [place for place in range(N_ITEMS) if kind_of(place) is kind]


def score_rows(deps: Services) -> dict[int, ScoreRow]:
    with deps.store.read() as session:
        return {row.sitting_id: row for row in session.scalars(sa.select(ScoreRow))}


def test_marks_and_scores_are_the_sums_made_by_hand_and_both_scorings_agree(services: Services, mixed: Mixed):
    with services.store.begin() as session:
        session.execute(sa.update(SittingRow).values(receipt="r" * 64))
    assert mark_closed(services) == N_SITTINGS
    adopted(services, mixed.measured)
    assert scored(services, mixed.measured) == N_SITTINGS
    found = score_rows(services)
    with services.store.read() as session:
        marks = {row.sitting_id: row for row in session.scalars(sa.select(SittingMarkRow))}
        by_competency = {
            (row.score_id, row.competency_id): row for row in session.scalars(sa.select(CompetencyScoreRow))
        }
    for sitting_id, shares in mixed.shares.items():
        by_hand, whole = sum(shares.values()), sum(share == 1 for share in shares.values())
        assert (found[sitting_id].points, found[sitting_id].number_correct) == (by_hand, whole)
        assert (marks[sitting_id].points, marks[sitting_id].number_correct) == (by_hand, whole)
        assert found[sitting_id].rescored_equal
        parts = [
            row.points for (score_id, _), row in by_competency.items() if score_id == found[sitting_id].id
        ]
        assert sum(parts) == by_hand
    assert any(row.points.denominator > 1 for row in found.values())
    assert marks[next(iter(marks))].keys_checksum == found[next(iter(marks))].keys_checksum


def test_released_results_stand_in_the_profiles_and_are_scored_once(services: Services, mixed: Mixed):
    measured = mixed.measured
    adopted(services, measured)
    scored(services, measured)
    assert scored(services, measured) == 0
    assert results.release_results(services, measured.staff["chairman"], measured.campaign_id) == N_SITTINGS
    with services.store.read() as session:
        n = session.scalar(sa.select(sa.func.count()).select_from(EvidenceRow))
    assert n == 3 * N_SITTINGS


def test_points_altered_in_the_store_are_not_released(services: Services, mixed: Mixed):
    measured = mixed.measured
    adopted(services, measured)
    scored(services, measured)
    rewrite(
        services,
        "score",
        sa.update(ScoreRow).where(ScoreRow.id == one_score()).values(points=Fraction(7, 10)),
    )
    with pytest.raises(ScoringRefused, match="rescoring_disagrees"):
        results.release_results(services, measured.staff["chairman"], measured.campaign_id)


def test_scores_from_before_marks_had_parts_are_read_as_numbers_correct(services: Services, mixed: Mixed):
    measured = mixed.measured
    adopted(services, measured)
    scored(services, measured)
    whole = [row.id for row in score_rows(services).values() if row.points == row.number_correct]
    rewrite(services, "score", sa.update(ScoreRow).where(ScoreRow.id.in_(whole)).values(points=None))
    old = [row for row in score_rows(services).values() if row.points is None]
    assert len(old) == len(whole) > 0
    assert [row.earned for row in old] == [row.number_correct for row in old]
    assert results.release_results(services, measured.staff["chairman"], measured.campaign_id) == N_SITTINGS


def test_each_item_has_the_categories_that_its_key_gives_and_was_met_with(services: Services, mixed: Mixed):
    rows = rows_of(services, proposed(services, mixed.measured))
    for place, version_id in enumerate(mixed.measured.version_ids):
        row, by_hand = rows[version_id], [share for _response, share in BY_HAND[kind_of(place)]]
        if len(by_hand) == 2:
            assert (row.model, row.thresholds, row.categories) == ("2PL", None, None)
            continue
        earned = Counter(shares[version_id] for shares in mixed.shares.values() if version_id in shares)
        met = [share for share in by_hand if earned[share]]
        bounds = ["0", *(str(share) for share in met[1:])]
        assert row.categories == [[bound, float(share)] for bound, share in zip(bounds, met, strict=True)]
        assert (row.model, len(row.thresholds)) == ("GPCM", len(met) - 1)
        n = sum(earned.values())
        assert row.p_value == pytest.approx(float(sum(s * k for s, k in earned.items()) / n), abs=1e-12)
        assert [line["n"] for line in row.parts["categories"]] == [earned[share] for share in met]
        assert len(row.parts["se"]) == len(met) - 1


def test_partial_credit_stands_beside_rasch_items_with_a_slope_of_one(services: Services, mixed: Mixed):
    rows = rows_of(services, proposed(services, mixed.measured, model="Rasch"))
    assert {row.model for row in rows.values()} == {"Rasch", "PCM"}
    assert {row.a for row in rows.values() if row.a is not None} == {1.0}


def test_what_each_part_was_right_in_is_counted_from_the_responses(services: Services, mixed: Mixed):
    rows = rows_of(services, proposed(services, mixed.measured))
    version_id = mixed.measured.version_ids[places(Interaction.ORDER)[0]]
    earned = Counter(shares[version_id] for shares in mixed.shares.values() if version_id in shares)
    n = sum(earned.values())
    # of "B C A D" the last is in its place, of "A B D C" the first two
    all_four = earned[Fraction(1)]
    last, first = earned[Fraction(1, 4)] + all_four, earned[Fraction(1, 2)] + all_four
    parts = {line["id"]: line["share"] for line in rows[version_id].parts["parts"]}
    assert parts == pytest.approx({"1": first / n, "2": first / n, "3": all_four / n, "4": last / n})
    single = rows[mixed.measured.version_ids[places(Interaction.SINGLE_CHOICE)[0]]]
    assert [option["is_key"] for option in single.options] == [False, True, False]
    assert sum(option["share"] for option in single.options) == pytest.approx(1)
    assert single.parts is None


def test_a_campaign_can_be_tied_to_a_calibration_with_items_in_parts(services: Services, mixed: Mixed):
    first = rows_of(services, adopted(services, mixed.measured))
    for scale in ("linked", "anchored"):
        tied_id = proposed(services, mixed.measured, scale=scale)
        linking = calibration_of(services, tied_id).analysis["linking"]
        assert linking["slope"] == pytest.approx(1, abs=0.02)
        assert linking["intercept"] == pytest.approx(0, abs=0.02)
        for version_id, row in rows_of(services, tied_id).items():
            if first[version_id].thresholds:
                assert row.thresholds == pytest.approx(first[version_id].thresholds, abs=0.1)
                assert row.categories == first[version_id].categories


def test_the_campaign_can_be_tried_out_without_some_items_and_under_other_cuts(
    services: Services, mixed: Mixed
):
    measured = mixed.measured
    calibration_id = adopted(services, measured)
    gone = tuple(measured.version_ids[place] for place in places(Interaction.STATEMENTS))
    question = WhatIf(calibration_id, measured.campaign_id, left_out=gone, percents=(45, 60, 80))
    found = what_if(services, measured.staff["examiner"], question)
    assert found.n_sittings == N_SITTINGS
    assert all(
        after < before for cuts in found.cuts for after, before in zip(cuts.after, cuts.before, strict=True)
    )


def test_cuts_stand_where_the_points_to_expect_reach_their_percent(services: Services, mixed: Mixed):
    """Brute force: sum over items and categories of the chance of each times its share."""
    adopted(services, mixed.measured)
    scored(services, mixed.measured)
    row = next(iter(score_rows(services).values()))
    with services.store.read() as session:
        sitting = session.get_one(SittingRow, row.sitting_id)
        items = measuring.list_form_items(session, sitting.form_id)
        params = measuring.get_parameters(session, row.calibration_id)
    for cut, share in zip(row.cuts, (0.50, 0.66, 0.83), strict=True):
        total = 0.0
        for item in items:
            known = params[item.version_id]
            weights = [1.0]
            for step in known.thresholds or [known.b]:
                weights.append(weights[-1] * exp(known.a * (cut - step)))
            worth = [0.0, 1.0] if known.categories is None else [one for _bound, one in known.categories]
            total += sum(w * s for w, s in zip(weights, worth, strict=True)) / sum(weights)
        assert total / PER_FORM == pytest.approx(share, abs=1e-8)


def test_a_judgement_is_met_on_average_and_forms_can_be_drawn_from_it(services: Services, mixed: Mixed):
    staff = mixed.measured.staff
    with services.store.begin() as session:
        session.execute(
            sa.update(ItemVersionRow)
            .where(ItemVersionRow.id == mixed.measured.version_ids[0])
            .values(interaction="essay", options=[], places=None)
        )
    calibration_id = calibration.propose_by_judgement(services, staff["examiner"])
    calibration.adopt_calibration(services, staff["second"], calibration_id)
    rows = rows_of(services, calibration_id)
    assert mixed.measured.version_ids[0] not in rows  # what people mark has no parameters
    statements = rows[mixed.measured.version_ids[places(Interaction.STATEMENTS)[0]]]
    assert (statements.model, len(statements.thresholds)) == ("GPCM", 4)
    assert [bound for bound, _worth in statements.categories] == ["0", "1/10", "1/4", "1/2", "1"]
    with services.store.read() as session:
        pool = {item.version_id: item for item in assembly_store.list_pool(session, calibration_id)}
        rated = assembly_store.count_rated(session)
        eligible = assembly_store.count_eligible(session)
    assert mixed.measured.version_ids[0] not in pool
    assert pool[statements.item_version_id].worth == (0.0, 0.1, 0.25, 0.5, 1.0)
    assert sum(rated.values()) == 1
    assert sum(eligible.values()) == N_ITEMS - 1


def test_exports_have_categories_as_marks_and_all_thresholds(services: Services, mixed: Mixed):
    staff = mixed.measured.staff
    calibration_id = proposed(services, mixed.measured)
    text = export_parameters(services, staff["examiner"], calibration_id).text
    assert "GPCM" in text
    assert "d4" in export_parameters(services, staff["examiner"], calibration_id, "mirt").text
    responses = export_responses(services, staff["examiner"], mixed.measured.campaign_id).text
    with services.store.read() as session:
        marks = campaign_data(session, mixed.measured.campaign_id).marks
    assert marks.max() == 4
    assert ",4" in responses


def test_the_candidate_reads_points_over_the_number_of_items(services: Services, mixed: Mixed):
    sitting_id, shares = next(
        (one, shares) for one, shares in mixed.shares.items() if sum(shares.values()).denominator > 1
    )
    with services.store.begin() as session:
        session.execute(
            sa.update(SittingRow)
            .where(SittingRow.id == sitting_id)
            .values(user_id=mixed.measured.staff["auditor"].user_id)
        )
    candidate = replace(mixed.measured.staff["auditor"], roles=frozenset({Role.OFFICER}))
    outcome = read_outcome(services, candidate, sitting_id)
    assert (outcome.points, outcome.n_marked) == (sum(shares.values()), PER_FORM)
    assert outcome.number_correct == sum(share == 1 for share in shares.values())
    assert not outcome.all_whole


def test_pages_show_points_with_a_decimal_comma_and_the_curves_of_categories(services: Services, app: Flask):
    mixed = lay_mixed_campaign(services, password=PASSWORD)
    calibration_id = adopted(services, mixed.measured)
    scored(services, mixed.measured)
    client = sign_in(app, "examiner", PASSWORD)
    client.post_form("/language", locale="vi")
    page = client.get(f"/results/{mixed.measured.campaign_id}").text
    halves = [row.points for row in score_rows(services).values() if row.points.denominator == 20]
    assert halves
    item = mixed.measured.version_ids[places(Interaction.STATEMENTS)[0]]
    shown = client.get(f"/calibrations/{calibration_id}/items/{item}").text
    assert 'id="categories"' in shown
    assert "P4" in shown
    assert any(f">{float(points):.2f}".replace(".", ",") + f"/{PER_FORM}<" in page for points in halves)


def test_what_categories_are_worth_is_part_of_a_calibrations_name(services: Services, mixed: Mixed):
    calibration_id = proposed(services, mixed.measured)
    known, rows = calibration_of(services, calibration_id), list(rows_of(services, calibration_id).values())
    assert checksum_of(known, rows) == known.checksum
    changed = next(row for row in rows if row.categories)
    changed.categories = [[bound, worth * 0.9] for bound, worth in changed.categories]
    assert checksum_of(known, rows) != known.checksum
