"""What a campaign may say of its competencies, and what stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from examsvc.results.categories import WHOLE_MARK
from examsvc.results.dimensions import Dimensions
from examsvc.results.errors import PlanMalformed
from examsvc.results.marks import ItemKey
from examsvc.services.calibration_data import CampaignData
from examsvc.services.calibration_dimensions import USUAL, competency_dimensions
from examsvc.services.calibration_fit import Fitted
from examsvc.store.measuring import FormItem
from scoring import MISSING, ItemParams, calibrate, simulate_responses

TOPICS = {"TA": (1, "CA"), "TB": (2, "CB"), "TC": (3, "CC")}
N_PERSONS, MANY = 300, 8
ITEMS = ["TA"] * MANY + ["TB"] * MANY + ["TC"] * 4


def campaign(thin: bool) -> tuple[CampaignData, Fitted]:
    """Three competencies; of the third everybody meets one item in four when it is thin."""
    rng = np.random.default_rng(5)
    theta = rng.normal(size=(N_PERSONS, 3)) * 0.5 + rng.normal(size=(N_PERSONS, 1)) * np.sqrt(0.75)
    columns = []
    for topic in ITEMS:
        item = ItemParams.two_pl([1.4], [rng.normal(0, 0.8)])
        columns.append(simulate_responses(theta[:, list(TOPICS).index(topic)], item, rng)[:, 0])
    marks = np.stack(columns, axis=1).astype(np.int8)
    if thin:
        for place in range(4):
            marks[np.arange(N_PERSONS) % 4 != place, 2 * MANY + place] = MISSING
    key = ItemKey.single("A")
    items = tuple(FormItem(place, topic, key.asked) for place, topic in enumerate(ITEMS))
    nobody = tuple(f"{person:03d}" for person in range(N_PERSONS))
    forms = np.zeros(N_PERSONS, dtype=np.intp)
    data = CampaignData(
        items,
        (key,) * len(items),
        (WHOLE_MARK,) * len(items),
        marks,
        marks.astype(np.intp),
        ({},) * len(items),
        nobody,
        forms,
        ("F",),
        (1,),
    )
    return data, Fitted(calibrate(marks))


def in_force(correlation: float, codes: tuple[str, ...] = ("CA", "CB", "CC")) -> dict:
    matrix = np.full((len(codes), len(codes)), correlation)
    np.fill_diagonal(matrix, 1.0)
    n = len(codes)
    return {
        "codes": list(codes),
        "correlations": matrix.tolist(),
        "means": [0.0] * n,
        "sds": [1.0] * n,
        "status": "CONVERGED",
    }


def test_every_competency_spreads_as_the_population_does_however_few_items_it_has():
    for thin in (False, True):
        data, fitted = campaign(thin)
        found = competency_dimensions(data, fitted, TOPICS)
        mean, sd = fitted.population
        assert (found["means"], found["sds"]) == ([mean] * 3, [sd] * 3)
        Dimensions.from_analysis({"dimensions": found})


def test_what_enough_persons_met_is_estimated():
    data, fitted = campaign(thin=False)
    found = competency_dimensions(data, fitted, TOPICS, in_force(0.1))
    assert (found["kept"], found["assumed"], found["shrinkage"]) == ([], [], 1.0)
    below = np.array(found["correlations"])[np.tril_indices(3, -1)]
    assert below == pytest.approx([0.75] * 3, abs=0.15)
    assert all(value is not None for row in found["se"] for value in row)


def test_a_competency_met_in_one_item_a_person_keeps_what_is_in_force_or_what_is_usual():
    data, fitted = campaign(thin=True)
    pairs = [["CC", "CA"], ["CC", "CB"]]
    kept = competency_dimensions(data, fitted, TOPICS, in_force(0.62))
    assert (kept["kept"], kept["assumed"]) == (pairs, [])
    assert kept["correlations"][2] == [0.62, 0.62, 1.0]
    assumed = competency_dimensions(data, fitted, TOPICS)
    assert (assumed["kept"], assumed["assumed"]) == ([], pairs)
    assert assumed["correlations"][2] == [USUAL, USUAL, 1.0]
    assert assumed["se"][2] == [None, None, 0.0]
    assert (
        assumed["correlations"][1][0] == kept["correlations"][1][0]
    )  # what is known is estimated either way


def test_a_competency_that_nobody_met_stays_in_force():
    data, fitted = campaign(thin=False)
    found = competency_dimensions(data, fitted, TOPICS, in_force(0.6, ("CA", "CZ")))
    assert found["codes"] == ["CA", "CB", "CC", "CZ"]
    assert found["correlations"][3] == [0.6, USUAL, USUAL, 1.0]
    assert (found["kept"], found["assumed"]) == ([["CZ", "CA"]], [["CZ", "CB"], ["CZ", "CC"]])
    assert [line["code"] for line in found["gain"]] == ["CA", "CB", "CC"]


def test_what_does_not_go_together_is_drawn_to_nothing_until_it_does():
    data, fitted = campaign(thin=True)
    contradiction = in_force(0.0)
    contradiction["correlations"] = [[1.0, -0.8, 0.9], [-0.8, 1.0, -0.9], [0.9, -0.9, 1.0]]
    found = competency_dimensions(data, fitted, TOPICS, contradiction)
    assert 0 < found["shrinkage"] < 1
    assert np.linalg.eigvalsh(np.array(found["correlations"]))[0] >= 1e-3
    whole = competency_dimensions(data, fitted, TOPICS)
    assert found["correlations"][1][0] == whole["correlations"][1][0]  # never what was estimated


@pytest.mark.parametrize(
    ("correlations", "sds", "code"),
    [
        (((1.0, 0.5), (0.4, 1.0)), (1.0, 1.0), "dimensions_no_correlations"),
        (((1.1, 0.5), (0.5, 1.0)), (1.0, 1.0), "dimensions_no_correlations"),
        (((1.0, 1.2), (1.2, 1.0)), (1.0, 1.0), "dimensions_no_correlations"),
        (((1.0, float("nan")), (float("nan"), 1.0)), (1.0, 1.0), "dimensions_no_correlations"),
        (((1.0, 0.5), (0.5, 1.0)), (1.0, 0.0), "dimensions_without_spread"),
    ],
)
def test_impossible_dimensions_are_refused(correlations: tuple, sds: tuple, code: str):
    with pytest.raises(PlanMalformed, match=code):
        Dimensions(("A", "B"), correlations, (0.0, 0.0), sds)
