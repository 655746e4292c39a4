"""Claims about certificates, checksums and the order of options."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from examsvc.assembly.certificate import certificate_checksum, certify, form_checksum
from examsvc.assembly.errors import OptionsRepeat
from examsvc.assembly.option_order import option_order
from examsvc.assembly.solve import AssemblyRequest, assemble
from examsvc.canonical import canonical_json

OPTIONS = ("A", "B", "C", "D")


@pytest.fixture(scope="module")
def request_made(bank, enemies, blueprints) -> AssemblyRequest:
    return AssemblyRequest(blueprints["QLRR"], bank, enemies, seed=5)


@pytest.fixture(scope="module")
def stored(request_made) -> dict:
    return certify(request_made, assemble(request_made)).as_dict()


def test_a_certificate_survives_storage_with_its_checksum(stored):
    again = json.loads(json.dumps(stored))
    assert again == stored
    assert certificate_checksum(again) == stored["checksum"]


def test_a_changed_certificate_no_longer_matches_its_checksum(stored):
    assert certificate_checksum({**stored, "gap": 0.5}) != stored["checksum"]


def test_every_achieved_value_lies_within_its_bounds(stored):
    kinds = Counter(line["kind"] for line in stored["lines"])
    assert kinds.keys() == {"cell", "enemies", "target", "overlap"}
    for line in stored["lines"]:
        assert all(line["lower"] - 1e-4 <= value <= line["upper"] + 1e-4 for value in line["achieved"]), line[
            "code"
        ]


def test_a_certificate_tells_items_curves_cuts_and_overlaps(stored, request_made):
    assert len(stored["theta_grid"]) == 25
    assert (stored["theta_grid"][0], stored["theta_grid"][-1]) == (-3, 3)
    for form in stored["forms"]:
        assert len(form["items"]) == 30
        assert len(form["information"]) == len(form["expected_share"]) == 25
        assert form["expected_share"] == sorted(form["expected_share"])
        assert form["cut_thetas"] == pytest.approx(stored["target"]["thetas"], abs=0.4)
        assert form["checksum"] == form_checksum([item["version_id"] for item in form["items"]])
    assert [row[index] for index, row in enumerate(stored["overlaps"])] == [30, 30]
    assert stored["request"]["seed"] == 5
    assert stored["blueprint"]["code"] == "BP-QLRR"


def test_an_infeasible_assembly_is_certified_with_its_clash(bank, blueprints):
    request = AssemblyRequest(blueprints["QLRR"], tuple(item for item in bank if item.topic != "T10"))
    record = certify(request, assemble(request)).as_dict()
    assert (record["status"], record["forms"], record["target"]) == ("INFEASIBLE", [], None)
    assert {clash["repairs"][0]["code"] for clash in record["clashes"]} == {"cell_short"}


def test_certificates_of_equal_requests_are_equal(stored, request_made):
    backwards = replace(request_made, pool=request_made.pool[::-1])
    assert certify(backwards, assemble(backwards)).as_dict() == stored


def test_a_forms_checksum_depends_on_order_and_keys():
    assert form_checksum([1, 2]) != form_checksum([2, 1])
    assert form_checksum([1, 2], [3, 4]) != form_checksum([1, 2])
    assert form_checksum((1, 2), (3, 4)) == form_checksum([1, 2], [3, 4])


def test_canonical_json_refuses_what_is_not_a_number():
    assert canonical_json({"b": 1, "a": "đề"}) == '{"a":"đề","b":1}'
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


def test_option_order_is_a_permutation_that_needs_only_the_secret():
    order = option_order(b"secret", 12, 34, OPTIONS)
    assert sorted(order) == list(OPTIONS)
    assert option_order(b"secret", 12, 34, OPTIONS[::-1]) == order


def test_every_place_gets_every_option_about_equally_often():
    firsts = Counter(option_order(b"secret", sitting, 1, OPTIONS)[0] for sitting in range(2000))
    assert all(420 < firsts[option] < 580 for option in OPTIONS)


def test_sitting_item_and_secret_each_change_the_order():
    def orders(make):
        return {make(i) for i in range(60)}

    assert len(orders(lambda i: option_order(b"s", i, 1, OPTIONS))) > 12
    assert len(orders(lambda i: option_order(b"s", 1, i, OPTIONS))) > 12
    assert len(orders(lambda i: option_order(bytes([i]), 1, 1, OPTIONS))) > 12


def test_an_option_named_twice_has_no_order():
    with pytest.raises(OptionsRepeat):
        option_order(b"s", 1, 1, ("A", "A"))
