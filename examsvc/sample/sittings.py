"""The sample's officers sit their exams: through the services, and some of them over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.delivery.events import ResponseEvent
from examsvc.delivery.sitting import CLOSED_STATES, SittingState
from examsvc.sample import exams
from examsvc.sample.player import HttpPlayer
from examsvc.sample.staff import PASSWORD, actor
from examsvc.sample.truth import JudgedItem, TrueItem, answer_form, draw_abilities, draw_items
from examsvc.services import Services, rooms
from examsvc.services.accounts import set_password
from examsvc.services.sittings import open_sitting, save_events, submit_sitting
from examsvc.store import accounts, measuring
from examsvc.store import campaigns as campaign_store
from examsvc.store import item_versions as versions
from examsvc.store.models import SittingRow

SEED = 20261123
OVER_HTTP = 32
BATCH = 25

Follow = Callable[[Iterable["Candidate"]], Iterable["Candidate"]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who sits what: everything the simulation needs of one officer."""

    officer_id: int
    officer_code: str
    sitting: SittingRow

    @property
    def is_done(self) -> bool:
        return self.sitting.state in CLOSED_STATES


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the simulation knows: abilities by officer, parameters by item version."""

    abilities: Mapping[str, Mapping[str, float]]
    items: Mapping[int, TrueItem]
    forms: Mapping[int, tuple[tuple[int, str], ...]]  # (item version, competency) in order


def load_truth(deps: Services, candidates: Sequence[Candidate]) -> Truth:
    """Draw the truth from the seed: the same bank and officers always have the same."""
    with deps.store.read() as session:
        competency = {topic: code for topic, (_id, code) in measuring.competency_of_topic(session).items()}
        judged = next(
            row for row, _c in reversed(measuring.list_calibrations(session)) if row.method == "judgement"
        )
        parameters = measuring.get_parameters(session, judged.id)
        keys = measuring.keys_in_force(session, parameters)
        forms = {form.id: measuring.list_form_items(session, form.id) for form in exams.published_forms(deps)}
        met = sorted({item.version_id for items in forms.values() for item in items})
        items_met = versions.get_versions(session, met)
    rng = np.random.default_rng(SEED)
    abilities = draw_abilities(
        [candidate.officer_code for candidate in candidates], sorted(set(competency.values())), rng
    )
    known = [
        JudgedItem(identity, parameters[identity].b or 0.0, items_met[identity].asked, keys[identity])
        for identity in met
    ]
    return Truth(
        abilities,
        draw_items(known, rng),
        {
            form_id: tuple((item.version_id, competency[item.topic]) for item in items)
            for form_id, items in forms.items()
        },
    )


def list_candidates(deps: Services, campaign_id: int) -> list[Candidate]:
    """The campaign's candidates in the order of their numbers."""
    with deps.store.read() as session:
        return [
            Candidate(officer.id, officer.code, sitting)
            for administration, _position in campaign_store.list_administrations(session, campaign_id)
            for _candidate, officer, _room, sitting in campaign_store.list_roster(session, administration.id)
        ]


def chosen_by(truth: Truth, candidate: Candidate) -> list[tuple[int, str]]:
    """What this candidate answers; his own seed, so that an interrupted sample goes on unchanged."""
    rng = np.random.default_rng([SEED, candidate.officer_id])
    form = truth.forms[candidate.sitting.form_id]
    return answer_form(form, truth.items, truth.abilities[candidate.officer_code], rng)


def sit_through_services(
    deps: Services, candidates: Sequence[Candidate], truth: Truth, follow: Follow
) -> None:
    """Open, save in batches and submit, each step its own transaction as for the player."""
    for candidate in follow(candidates):
        if not candidate.is_done:
            _sit(deps, candidate, chosen_by(truth, candidate))


def sit_over_http(
    address: tuple[str, int], candidates: Sequence[Candidate], truth: Truth, follow: Follow
) -> None:
    """Log in with a password and take the sitting with the player's own pages and API."""
    for candidate in follow(candidates):
        if candidate.is_done:
            continue
        if candidate.sitting.user_id is None:
            raise LookupError(f"officer {candidate.officer_code} has no account")
        player = HttpPlayer(*address)
        try:
            player.log_in(candidate.officer_code.lower(), PASSWORD)
            player.sit(candidate.sitting.id, chosen_by(truth, candidate))
        finally:
            player.close()


def issue_passwords(deps: Services, candidates: Sequence[Candidate]) -> None:
    """The administrator issues the sample's password to officers who have none yet."""
    admin = actor(deps, "quan_tri")
    for candidate in candidates:
        with deps.store.read() as session:
            user = accounts.find_user(session, candidate.officer_code.lower())
        if user is not None and user.password_hash is None:
            set_password(deps, admin, user.id, PASSWORD)


def _sit(deps: Services, candidate: Candidate, responses: Sequence[tuple[int, str]]) -> None:
    officer = Actor(
        user_id=candidate.sitting.user_id or 0,
        username=candidate.officer_code.lower(),
        display_name=candidate.officer_code,
        roles=frozenset({Role.OFFICER}),
        officer_id=candidate.officer_id,
    )
    sitting_id = candidate.sitting.id
    if (
        candidate.sitting.state == SittingState.OPEN
    ):  # the sample was interrupted here: another machine goes on
        rooms.allow_takeover(deps, actor(deps, "giam_thi"), sitting_id, "Mẫu bị ngắt giữa chừng")
    opened = open_sitting(deps, officer, sitting_id, device_token=str(uuid.uuid4()))
    events = [
        ResponseEvent(opened.epoch, seq, str(uuid.uuid4()), str(item_id), {"response": option}, seq * 1000)
        for seq, (item_id, option) in enumerate(responses, start=1)
    ]
    for start in range(0, len(events), BATCH):
        save_events(deps, officer, sitting_id, events[start : start + BATCH])
    submit_sitting(deps, officer, sitting_id, len(events))
