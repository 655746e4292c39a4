"""The sample's bank: authors' workbooks through import, appraisal, approval and first calibration."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date
from importlib.resources import files

from examsvc.sample.staff import actor
from examsvc.services import Services, calibration
from examsvc.services.bank import submit_for_review
from examsvc.services.bank_errors import ImportIncomplete
from examsvc.services.bank_import import File, check_file, import_file
from examsvc.services.bank_review import Judgement, approve_items, move_items, review_item
from examsvc.services.legal_acts import ActFacts, add_act
from examsvc.services.media import add_media
from examsvc.services.people import Upload, import_people
from examsvc.store import assembly as assembly_store
from examsvc.store import bank, legal_acts, measuring
from examsvc.store.bank import ItemFilter
from item_bank.lifecycle import State
from item_bank.pool import Pool
from item_bank.review import CHECKLIST, Decision

AUTHORS = ("ban_de_1", "ban_de_2")
WORKBOOKS = (
    ("ban_de_1", "items_ban_de_1.xlsx"),
    ("ban_de_2", "items_ban_de_2.xlsx"),
    ("ban_de_1", "items_ban_de_1_moi.xlsx"),  # of all interactions
    ("ban_de_2", "items_ban_de_2_moi.xlsx"),
    ("ban_de_1", "items_luyen_tap.xlsx"),  # to practise with
)
PICTURES = ("container_door.png",)  # that the wordings refer to
Follow = Callable[[Iterable[int]], Iterable[int]]


class SampleRefused(Exception):
    """The sample's own data was refused; the report says where."""


def load_people(deps: Services) -> None:
    """The HR office loads the organisation, the positions and the officers."""
    with deps.store.read() as session:
        if assembly_store.list_positions(session):
            return
    data = files("examsvc.sample").joinpath("data/organisation.xlsx").read_bytes()
    report = import_people(deps, actor(deps, "nhan_su"), Upload("organisation.xlsx", data))
    if not report.is_sound:
        raise SampleRefused(f"organisation.xlsx: {report.faults[:5]}")


def list_sample_acts() -> list[ActFacts]:
    """The acts that the sample's items cite, named as the items name them; a day not sure of is left open."""
    return [
        ActFacts(act["number"], act["title"], _day(act["issued_on"]), _day(act["effective_from"]))
        for act in json.loads(_data("legal_acts.json"))
    ]


def register_acts(deps: Services) -> None:
    """The bank manager enters the legal acts before the first item cites one."""
    manager = actor(deps, "ngan_hang")
    with deps.store.read() as session:
        known = {row.number for row in legal_acts.list_acts(session)}
    for facts in list_sample_acts():
        if facts.number not in known:
            add_act(deps, manager, facts)


def import_items(
    deps: Services, follow: Callable[[Iterable[tuple[str, str]]], Iterable[tuple[str, str]]]
) -> None:
    """Authors upload their pictures and import their workbooks, as an author would."""
    for name in PICTURES:
        add_media(deps, actor(deps, AUTHORS[0]), _data(name))
    for author, name in follow(WORKBOOKS):
        who = actor(deps, author)
        data = _data(name)
        with deps.store.read() as session:
            if bank.has_import(session, hashlib.sha256(data).hexdigest()):
                continue
        try:
            import_file(deps, who, File(name, data))
        except ImportIncomplete as refusal:
            report = check_file(deps, who, File(name, data))
            faults = [(line.where, line.refused) for line in report.lines if line.refused]
            raise SampleRefused(f"{name}: {faults[:5]}") from refusal


def appraise(deps: Services, follow: Follow) -> None:
    """Authors submit, the reviewer accepts with the whole checklist, the bank manager approves."""
    for author in AUTHORS:
        who = actor(deps, author)
        drafts = _in_state(deps, State.DRAFT, author_id=who.user_id)
        if drafts:
            submit_for_review(deps, who, drafts)
    reviewer = actor(deps, "tham_dinh")
    for version_id in follow(_in_state(deps, State.IN_REVIEW)):
        review_item(deps, reviewer, version_id, Judgement(Decision.ACCEPT, frozenset(CHECKLIST)))
    appraised = _in_state(deps, State.APPRAISED)
    if appraised:
        approve_items(deps, actor(deps, "ngan_hang"), appraised)


def put_to_use(deps: Services) -> None:
    """A calibration by judgement, adopted by a second examiner, makes the approved items operational.

    Items to practise with stay approved: that is all they need.
    """
    if _in_state(deps, State.APPROVED, pool=Pool.OPERATIONAL):
        proposed = calibration.propose_by_judgement(deps, actor(deps, "khao_thi"))
        calibration.adopt_calibration(deps, actor(deps, "khao_thi_2"), proposed)
    calibrated = _in_state(deps, State.CALIBRATED)
    if calibrated:
        move_items(deps, actor(deps, "ngan_hang"), calibrated, State.OPERATIONAL)


def has_calibration_of(deps: Services, campaign_id: int) -> bool:
    """Whether an adopted calibration rests on this campaign's responses."""
    with deps.store.read() as session:
        return any(
            row.campaign_id == campaign_id and row.state == "adopted"
            for row, _campaign in measuring.list_calibrations(session)
        )


def _in_state(deps: Services, state: State, *, author_id: int | None = None, pool: str = "") -> list[int]:
    wanted = ItemFilter(states=(state.value,), author_id=author_id, pool=pool)
    with deps.store.read() as session:
        return [line.version_id for line in bank.list_lines(session, wanted)]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _data(name: str) -> bytes:
    return files("examsvc.sample").joinpath(f"data/{name}").read_bytes()
