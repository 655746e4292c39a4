"""The emergency file of a cut-off machine: taken in like what a machine sends, and nothing else is."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from examsvc.accounts.errors import Forbidden
from examsvc.delivery.admission import Outcome
from examsvc.delivery.errors import EventsRefused, NotReady
from examsvc.services import Services, rooms, sittings
from examsvc.services.emergency import MAX_BYTES, upload_emergency
from examsvc.store.models import CandidateRow, ExamRoomRow, SittingRow
from examsvc.store.rows import get_row
from tests.integration.laid import (
    MACHINE,
    OTHER_MACHINE,
    PASSWORD,
    LaidSitting,
    lay_sitting,
    projected,
    replayed,
    response,
    wire,
)
from tests.integration.signing_in import sign_in

pytestmark = pytest.mark.integration


@dataclasses.dataclass(frozen=True)
class CutOff:
    """A candidate whose machine holds the key of its emergency file, and the room he sits in."""

    laid: LaidSitting
    room_id: int
    key: bytes

    def seal(self, body: object, *, sitting: int | None = None, key: bytes | None = None) -> bytes:
        """The file as the machine writes it."""
        named = self.laid.sitting_id if sitting is None else sitting
        iv = os.urandom(12)
        data = AESGCM(key or self.key).encrypt(
            iv, json.dumps(body).encode(), f"examsvc-emergency:{named}".encode()
        )
        parts = {"iv": base64.b64encode(iv).decode(), "data": base64.b64encode(data).decode()}
        return json.dumps({"v": 1, "sitting": named, **parts}).encode()

    def file(self, *events: Any) -> bytes:
        return self.seal({"sitting": self.laid.sitting_id, "events": [wire(event) for event in events]})


@pytest.fixture
def cut_off(services: Services) -> CutOff:
    laid = lay_sitting(services, n_items=4, password=PASSWORD)
    key = sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE).keys.emergency_key
    with services.store.read() as session:
        row = get_row(session, SittingRow, laid.sitting_id)
        room_id = get_row(session, CandidateRow, row.candidate_id).exam_room_id
    return CutOff(laid, room_id, key)


def test_unsent_responses_count_and_taking_the_file_in_twice_changes_nothing(
    services: Services, cut_off: CutOff
):
    laid = cut_off.laid
    sent = response(1, laid.item_ids[0], "A")
    sittings.save_events(services, laid.owner, laid.sitting_id, [sent], device_token=MACHINE)
    file = cut_off.file(sent, *(response(seq, laid.item_ids[seq % 4], "B") for seq in range(2, 121)))
    taken = upload_emergency(services, laid.proctor, cut_off.room_id, file)
    assert taken.counts == {Outcome.DUPLICATE: 1, Outcome.ACCEPTED: 119}  # three batches
    again = upload_emergency(services, laid.proctor, cut_off.room_id, file)
    assert again.counts == {Outcome.DUPLICATE: 120}
    assert projected(services, laid.sitting_id) == replayed(services, laid.sitting_id)
    lines = rooms.list_incidents(services, laid.organisation.auditor, cut_off.room_id)
    assert [(row.kind, json.loads(row.note)) for row, *_names in lines] == [
        ("emergency_file", {"duplicate": 120}),
        ("emergency_file", {"accepted": 119, "duplicate": 1}),
    ]
    assert services.presence.last_seen([laid.sitting_id])  # by the candidate's own machine


def test_after_the_spare_has_opened_the_file_is_kept_aside(services: Services, cut_off: CutOff):
    laid = cut_off.laid
    rooms.allow_takeover(services, laid.proctor, laid.sitting_id, "máy hỏng")
    sittings.open_sitting(services, laid.owner, laid.sitting_id, OTHER_MACHINE)
    file = cut_off.file(response(1, laid.item_ids[0], "A"))
    taken = upload_emergency(services, laid.proctor, cut_off.room_id, file)
    assert taken.counts == {Outcome.QUARANTINED: 1}
    assert projected(services, laid.sitting_id) == {}


def test_one_event_of_another_form_keeps_the_whole_file_out(services: Services, cut_off: CutOff):
    laid = cut_off.laid
    good = [response(seq, laid.item_ids[seq % 4], "B") for seq in range(1, 61)]
    file = cut_off.file(*good, response(61, "999999", "B"))
    with pytest.raises(EventsRefused):
        upload_emergency(services, laid.proctor, cut_off.room_id, file)
    assert projected(services, laid.sitting_id) == {}
    assert upload_emergency(services, laid.proctor, cut_off.room_id, cut_off.file(*good)).counts == {
        Outcome.ACCEPTED: 60
    }


def test_the_file_of_a_failed_machine_does_not_start_its_clock(services: Services, cut_off: CutOff):
    laid = cut_off.laid
    rooms.allow_takeover(services, laid.proctor, laid.sitting_id, "máy hỏng", restore=True)
    upload_emergency(services, laid.proctor, cut_off.room_id, cut_off.file(response(1, laid.item_ids[0])))
    with services.store.read() as session:
        assert get_row(session, SittingRow, laid.sitting_id).failed_at is not None


def _not_json(_cut: CutOff) -> bytes:
    return b"\xff\xfe not json"


def _nested(_cut: CutOff) -> bytes:
    return b"[" * 100_000


def _no_events(cut: CutOff) -> bytes:
    return cut.seal({"sitting": cut.laid.sitting_id, "events": []})


def _bad_event(cut: CutOff) -> bytes:
    return cut.seal({"sitting": cut.laid.sitting_id, "events": [{"epoch": 0}]})


def _other_inside(cut: CutOff) -> bytes:
    return cut.seal({"sitting": cut.laid.sitting_id + 1, "events": []})


def _bad_base64(cut: CutOff) -> bytes:
    return json.dumps({"v": 1, "sitting": cut.laid.sitting_id, "iv": "%%%", "data": "é"}).encode()


def _other_version(cut: CutOff) -> bytes:
    return cut.file(response(1, cut.laid.item_ids[0])).replace(b'"v": 1', b'"v": 2')


def _no_such_sitting(cut: CutOff) -> bytes:
    return cut.seal({"sitting": 9999, "events": []}, sitting=9999)


def _wrong_key(cut: CutOff) -> bytes:
    return cut.seal({"sitting": cut.laid.sitting_id, "events": []}, key=b"k" * 32)


def _flipped(cut: CutOff) -> bytes:
    file = json.loads(cut.file(response(1, cut.laid.item_ids[0])))
    data = bytearray(base64.b64decode(file["data"]))
    data[0] ^= 1
    return json.dumps({**file, "data": base64.b64encode(bytes(data)).decode()}).encode()


def _large(_cut: CutOff) -> bytes:
    return b"{" + b" " * MAX_BYTES


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_not_json, "emergency_unreadable"),
        (_nested, "emergency_unreadable"),
        (_no_events, "emergency_unreadable"),
        (_bad_event, "emergency_unreadable"),
        (_other_inside, "emergency_unreadable"),
        (_bad_base64, "emergency_unreadable"),
        (_other_version, "emergency_unreadable"),
        (_no_such_sitting, "emergency_foreign"),
        (_wrong_key, "emergency_altered"),
        (_flipped, "emergency_altered"),
        (_large, "emergency_too_large"),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # nothing of this reaches the database
def test_what_is_no_file_of_this_candidate_is_refused_whole(
    services: Services, cut_off: CutOff, make: Callable[[CutOff], bytes], code: str
):
    with pytest.raises(NotReady, match=code):
        upload_emergency(services, cut_off.laid.proctor, cut_off.room_id, make(cut_off))
    assert projected(services, cut_off.laid.sitting_id) == {}
    assert rooms.list_incidents(services, cut_off.laid.proctor, cut_off.room_id) == []


def test_a_file_is_taken_in_by_a_proctor_of_the_room_and_not_for_himself(services: Services, cut_off: CutOff):
    laid = cut_off.laid
    file = cut_off.file(response(1, laid.item_ids[0], "A"))
    himself = dataclasses.replace(laid.proctor, user_id=laid.owner.user_id)
    for actor in (laid.owner, laid.organisation.chairman, himself):
        with pytest.raises(Forbidden):
            upload_emergency(services, actor, cut_off.room_id, file)
    with services.store.begin() as session:
        other = ExamRoomRow(
            administration_id=laid.administration_id, code="P9", name="Phòng khác", n_stations=1
        )
        session.add(other)
        session.flush()
        other_id = other.id
    with pytest.raises(NotReady, match="emergency_foreign"):
        upload_emergency(services, laid.proctor, other_id, file)
    foreign_item = cut_off.file(response(1, "987654", "A"))
    with pytest.raises(EventsRefused):
        upload_emergency(services, laid.proctor, cut_off.room_id, foreign_item)
    with services.store.read() as session:
        assert session.scalar(sa.select(SittingRow.max_seq).where(SittingRow.id == laid.sitting_id)) == 0


def test_the_page_says_what_became_of_each_entry(services: Services, cut_off: CutOff, app: Flask):
    laid = cut_off.laid
    browser = sign_in(app, "proctor", PASSWORD)
    address = f"/rooms/{cut_off.room_id}/emergency-file"
    content = cut_off.file(response(1, laid.item_ids[0], "A"), response(2, laid.item_ids[3], "B"))
    page = browser.post_form(address, file=(io.BytesIO(content), "khan-cap.json"))
    assert page.status_code == 200
    assert page.text.count("badge-good") == 2
    for refused in (b"", b"x", _flipped(cut_off), _large(cut_off)):
        answer = browser.post_form(address, file=(io.BytesIO(refused), "x.json"))
        assert answer.status_code == 302
        assert "alert-danger" in browser.get(answer.location).text
