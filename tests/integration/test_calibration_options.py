"""What an examiner may ask of a calibration: model, priors, least responses, and the scale to stand on."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sqlalchemy as sa

from examsvc.results.errors import CalibrationRefused
from examsvc.services import Services, calibration, results
from examsvc.services.calibration_order import CalibrationOrder
from examsvc.store.models import ScoreRow
from tests.integration.measured_campaign import (
    N_ITEMS,
    N_SITTINGS,
    REVERSED,
    SURNAME,
    Measured,
    lay_measured_campaign,
)
from tests.integration.measuring_steps import (
    adopted,
    calibration_of,
    lay_reference,
    proposed,
    rows_of,
    scored,
    silent,
)

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
SLOPE, INTERCEPT = 0.8, 0.5  # theta of the laid reference = SLOPE * theta of this campaign + INTERCEPT


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


def on_reference_scale(a: float, b: float) -> tuple[float, float]:
    return a / SLOPE, SLOPE * b + INTERCEPT


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"model": "GRM"}, "model_unknown"),
        ({"priors": "flat"}, "priors_unknown"),
        ({"min_responses": 29}, "min_responses_too_few"),
        ({"scale": "metric"}, "scale_unknown"),
    ],
)
def test_an_order_that_nobody_can_carry_out_is_refused_at_once(asked: dict, code: str):
    with pytest.raises(CalibrationRefused, match=code):
        CalibrationOrder(1, **asked)


def test_a_job_from_before_there_were_options_is_the_usual_order():
    assert CalibrationOrder(campaign_id=7) == CalibrationOrder(7, "2PL", "weak", 50, "free")


def test_what_was_asked_and_what_was_found_is_kept_with_the_calibration(
    services: Services, measured: Measured
):
    calibration_id = proposed(services, measured)
    row, items = calibration_of(services, calibration_id), rows_of(services, calibration_id)
    assert row.options == CalibrationOrder(measured.campaign_id).as_params()
    found = row.analysis
    assert set(found) >= {
        "population", "reliability", "model_fit", "local_dependence", "duplicates", "person_fit",
        "dimensions", "linking", "classification",
    }  # fmt: skip
    assert found["linking"] is None
    assert 0.6 < found["reliability"]["marginal"] < 1
    assert [line["n"] for line in found["reliability"]["alpha"]] == [N_SITTINGS // 5] * 5
    assert [line["form"] for line in found["reliability"]["alpha"]] == [
        f"GSQL-{form}" for form in range(1, 6)
    ]
    assert {line["form"] for line in found["model_fit"]["m2"]} <= {f"GSQL-{form}" for form in range(1, 6)}
    assert found["person_fit"]["n"] == N_SITTINGS
    assert len(found["person_fit"]["lines"]) == 50
    assert found["dimensions"]["codes"] == ["CM01", "CM02", "CM03"]
    assert found["dimensions"]["status"] == "CONVERGED"
    for line in found["dimensions"]["gain"]:
        assert line["reliability_joint"] > line["reliability_alone"]
        assert line["se_joint"] < line["se_alone"]
    assert len(found["classification"]["cuts"]) == len(found["classification"]["per_cut"]) == 3
    assert 0.5 < found["classification"]["consistency"] < found["classification"]["accuracy"] < 1
    one = items[measured.version_ids[12]]
    assert set(one.fit) == {
        "s_x2", "df", "p", "rmsea", "infit", "infit_z", "outfit", "outfit_z", "q3_max", "q3_with",
    }  # fmt: skip
    assert one.fit["infit"] == pytest.approx(1, abs=0.25)
    assert sum(point["n"] for point in one.curve) == one.n_responses
    assert all(0 <= point["low"] <= point["mean"] <= point["high"] <= 1 for point in one.curve)


def test_an_analysis_names_numbers_and_versions_and_nobody(services: Services, measured: Measured):
    row = calibration_of(services, proposed(services, measured))
    text = json.dumps(row.analysis, allow_nan=False, ensure_ascii=False)
    assert SURNAME not in text
    assert "CB0" not in text  # the officers' codes
    assert row.analysis["person_fit"]["lines"][0]["number"].startswith("GSQL-")


def test_rasch_items_discriminate_alike_and_ability_spreads_as_it_does(
    services: Services, measured: Measured
):
    calibration_id = proposed(services, measured, model="Rasch")
    row, items = calibration_of(services, calibration_id), rows_of(services, calibration_id)
    assert row.model == "Rasch"
    assert {(item.model, item.a) for item in items.values()} == {("Rasch", 1.0)}
    assert row.analysis["population"]["sd"] > 1.05  # the true slopes are about 1.3


def test_3pl_items_have_a_guessing_parameter_with_its_error(services: Services, measured: Measured):
    items = rows_of(services, proposed(services, measured, model="3PL"))
    assert {item.model for item in items.values()} == {"3PL"}
    assert all(0 < item.c < 0.5 and item.se_c > 0 for item in items.values())


def test_borrowing_draws_items_towards_their_topic(services: Services, measured: Measured):
    weak, borrowed = proposed(services, measured), proposed(services, measured, priors="borrowed")
    assert [line["topic"] for line in calibration_of(services, borrowed).summary["topics"]] == [
        "T01", "T02", "T03", "T04",
    ]  # fmt: skip

    def spread(calibration_id: int) -> float:
        items = rows_of(services, calibration_id)
        slopes = [np.log(items[v].a) for k, v in enumerate(measured.version_ids) if k != REVERSED]
        return float(np.std(slopes))

    assert spread(borrowed) < 0.8 * spread(weak)


def test_an_item_below_the_least_responses_keeps_its_classical_figures(
    services: Services, measured: Measured
):
    items = rows_of(services, proposed(services, measured, min_responses=80))
    few = [place for place, met in measured.sittings_by_item.items() if met < 80]
    assert few
    for place in few:
        item = items[measured.version_ids[place]]
        assert (item.a, item.c, item.fit, item.curve) == (None, None, None, None)
        assert item.p_value is not None
        assert {"code": "TOO_FEW_RESPONSES", "option": None} in item.flags
    assert sum(item.a is not None for item in items.values()) == N_ITEMS - len(few)


@pytest.mark.parametrize("scale", ["linked", "anchored"])
def test_a_scale_to_hold_on_to_must_come_from_responses(services: Services, measured: Measured, scale: str):
    with pytest.raises(CalibrationRefused, match="no_calibration_in_force"):
        proposed(services, measured, scale=scale)
    judged = calibration.propose_by_judgement(services, measured.staff["examiner"])
    calibration.adopt_calibration(services, measured.staff["second"], judged)
    with pytest.raises(CalibrationRefused, match="too_few_anchors"):
        proposed(services, measured, scale=scale)


def test_a_linked_calibration_stands_on_the_scale_in_force(services: Services, measured: Measured):
    free = proposed(services, measured)
    lay_reference(services, measured, free, lambda _place, a, b: on_reference_scale(a, b) if a > 0 else None)
    linked = proposed(services, measured, scale="linked")
    link = calibration_of(services, linked).analysis["linking"]
    assert (link["reference"], link["method"], link["anchored"]) == ("reference", "STOCKING_LORD", False)
    assert link["slope"] == pytest.approx(SLOPE, abs=1e-4)
    assert link["intercept"] == pytest.approx(INTERCEPT, abs=1e-4)
    assert 0 < link["se_slope"] < 0.2
    assert all(anchor["kept"] for anchor in link["anchors"])
    assert len(link["dropping"]) == link["n_anchors"] >= N_ITEMS - 2
    here, there = rows_of(services, free), rows_of(services, linked)
    for version_id, item in there.items():
        a, b = on_reference_scale(here[version_id].a, here[version_id].b)
        assert (item.a, item.b) == (pytest.approx(a, abs=1e-3), pytest.approx(b, abs=1e-3))
        assert item.se_b == pytest.approx(SLOPE * here[version_id].se_b, abs=1e-3)
    found = calibration_of(services, linked).analysis
    assert found["population"] == {
        "mean": pytest.approx(INTERCEPT, abs=1e-3),
        "sd": pytest.approx(SLOPE, abs=1e-3),
    }
    own = calibration_of(services, free).analysis["classification"]["cuts"]
    assert found["classification"]["cuts"] == pytest.approx([SLOPE * c + INTERCEPT for c in own], abs=5e-3)


def test_levels_do_not_depend_on_the_scale_they_are_measured_on(services: Services, measured: Measured):
    free = adopted(services, measured)
    scored(services, measured)
    lay_reference(services, measured, free, lambda _place, a, b: on_reference_scale(a, b) if a > 0 else None)
    linked = adopted(services, measured, scale="linked")
    scored(services, measured)
    with services.store.read() as session:
        found = {
            calibration_id: session.execute(
                sa.select(ScoreRow.theta, ScoreRow.level, ScoreRow.rescored_equal)
                .where(ScoreRow.calibration_id == calibration_id)
                .order_by(ScoreRow.sitting_id)
            ).all()
            for calibration_id in (free, linked)
        }
    theta, level, agrees = (np.array(column) for column in zip(*found[free], strict=True))
    other, other_level, also_agrees = (np.array(column) for column in zip(*found[linked], strict=True))
    assert agrees.all()
    assert also_agrees.all()
    assert other == pytest.approx(SLOPE * theta + INTERCEPT, abs=5e-3)
    assert (level == other_level).mean() > 0.98  # some stand within rounding of a cut


def test_anchors_keep_their_values_and_new_items_find_their_place_beside_them(
    services: Services, measured: Measured
):
    free = proposed(services, measured)
    new_items = {5, 17, 30, 44}

    def moved(place: int, a: float, b: float) -> tuple[float, float] | None:
        return None if place in new_items or a <= 0 else on_reference_scale(a, b)

    reference = rows_of(services, lay_reference(services, measured, free, moved))
    anchored = proposed(services, measured, scale="anchored")
    items, here = rows_of(services, anchored), rows_of(services, free)
    for version_id, item in items.items():
        held = {"code": "ANCHORED", "option": None} in item.flags
        if held:
            known = reference[version_id]
            assert (item.a, item.b, item.se_a, item.se_b) == (known.a, known.b, known.se_a, known.se_b)
        elif here[version_id].a > 0:
            a, b = on_reference_scale(here[version_id].a, here[version_id].b)
            assert (item.a, item.b) == (pytest.approx(a, abs=0.05), pytest.approx(b, abs=0.05))
    assert sum({"code": "ANCHORED", "option": None} in item.flags for item in items.values()) >= 40
    found = calibration_of(services, anchored).analysis
    assert found["linking"]["anchored"]
    assert found["population"]["mean"] == pytest.approx(INTERCEPT, abs=0.05)
    assert found["population"]["sd"] == pytest.approx(SLOPE, abs=0.05)


def test_a_shared_item_that_became_easy_carries_no_link_and_is_flagged(
    services: Services, measured: Measured
):
    free = proposed(services, measured)
    known = 20

    def moved(place: int, a: float, b: float) -> tuple[float, float] | None:
        return None if a <= 0 else on_reference_scale(a, b + 1.5 if place == known else b)

    lay_reference(services, measured, free, moved)
    linked = proposed(services, measured, scale="linked")
    link = calibration_of(services, linked).analysis["linking"]
    left_out = [anchor for anchor in link["anchors"] if not anchor["kept"]]
    assert [anchor["version_id"] for anchor in left_out] == [measured.version_ids[known]]
    assert link["slope"] == pytest.approx(SLOPE, abs=1e-3)
    item = rows_of(services, linked)[measured.version_ids[known]]
    assert {"code": "EASY_DRIFT", "option": None} in item.flags


def test_what_is_tied_to_a_calibration_no_longer_in_force_is_not_adopted(
    services: Services, measured: Measured
):
    adopted(services, measured)
    tied = proposed(services, measured, scale="linked")
    adopted(services, measured)
    with pytest.raises(CalibrationRefused, match="reference_changed"):
        calibration.adopt_calibration(services, measured.staff["second"], tied)


def test_new_items_by_judgement_do_not_lose_what_the_campaign_told_of_the_competencies(
    services: Services, measured: Measured
):
    first = adopted(services, measured, min_responses=80)  # some items are left without parameters
    judged = calibration.propose_by_judgement(services, measured.staff["examiner"])
    before, after = calibration_of(services, first).analysis, calibration_of(services, judged).analysis
    assert after == {"population": before["population"], "dimensions": before["dimensions"]}


def test_scores_come_from_every_model(services: Services, measured: Measured):
    for model in ("Rasch", "3PL"):
        adopted(services, measured, model=model)
        assert (
            results.score_campaign(services, measured.staff["examiner"], measured.campaign_id, silent)
            == N_SITTINGS
        )
    with services.store.read() as session:
        agree = session.scalars(sa.select(ScoreRow.rescored_equal)).all()
    assert agree == [True] * (2 * N_SITTINGS)
