"""Rule packs are data that survive a round trip, and their gates follow the texts."""

import json
from dataclasses import replace

import pytest

from examsvc.rulepacks import (
    LateGate,
    RulePackMalformed,
    RulePackUnknown,
    find_pack,
    get_pack,
    list_packs,
    pack_checksum,
    pack_from_data,
    pack_to_data,
)


@pytest.mark.parametrize("pack", list_packs(), ids=lambda pack: pack.label)
def test_a_pack_survives_json(pack):
    again = pack_from_data(json.loads(json.dumps(pack_to_data(pack))))
    assert again == pack
    assert pack_checksum(again) == pack_checksum(pack)


def test_the_three_packs_exist():
    assert [pack.code for pack in list_packs()] == ["INTERNAL_CA", "PRACTICE", "RECRUITMENT_C22"]


def test_a_changed_rule_changes_the_checksum():
    pack = get_pack("INTERNAL_CA")
    assert pack_checksum(replace(pack, grace_s=31)) != pack_checksum(pack)


@pytest.mark.parametrize(
    ("minutes", "gate"), [(15, 300), (30, 300), (31, None), (45, None), (59, None), (60, 600), (180, 600)]
)
def test_the_late_gate_follows_the_length_of_the_exam(minutes, gate):
    assert LateGate().gate_s(minutes * 60) == gate


def test_recruitment_keeps_nothing_on_the_exam_computer():
    assert not get_pack("RECRUITMENT_C22").client_storage_allowed


def test_an_unknown_pack_is_said_to_be_unknown():
    assert find_pack("NOBODY") is None
    with pytest.raises(RulePackUnknown):
        get_pack("INTERNAL_CA", 99)


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"navigation": "random"},
        {"feedback": "all"},
        {"announce_at_s": [60, 300]},
        {"version": 0},
        {"grace_s": -1},
        {"late_gate": {"oops": 1}},
    ],
)
def test_data_that_is_no_pack_is_refused(change):
    with pytest.raises(RulePackMalformed):
        pack_from_data(pack_to_data(get_pack("PRACTICE")) | change)
