"""Assembling forms from an approved blueprint, and publishing them by a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.assembly.certificate import certify, form_checksum
from examsvc.assembly.errors import AssemblyRefused, RequestInvalid
from examsvc.assembly.pool import PoolItem
from examsvc.assembly.resting import RestingItem, awake, count_resting, name_resting
from examsvc.assembly.solve import AssemblyRequest, AssemblyResult, assemble
from examsvc.ports import Progress
from examsvc.services import jobs
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.resting import list_resting, resting_items
from examsvc.services.viewing import Showing, log_showing
from examsvc.store import Session, database_now, measuring
from examsvc.store import assembly as store
from examsvc.store.assembly import FormLine
from examsvc.store.form_sections import are_sections_kept
from examsvc.store.models import AssemblyRunRow, BlueprintRow, FormRow
from examsvc.store.rows import get_row
from item_bank.viewing import How

MOST_FORMS = 6
LARGEST_SEED = 2**31 - 1  # what an integer column holds


@dataclass(frozen=True, slots=True)
class AssemblyOrder:
    """What the exam manager asks for; equal orders on an equal bank give equal forms."""

    blueprint_id: int
    n_forms: int = 2
    seed: int = 1
    max_overlap: int = 6


@dataclass(frozen=True, slots=True)
class Replayed:
    """A stored run assembled again: whether its certificate came out the same, and what changed since."""

    run_id: int
    same: bool
    same_forms: bool
    checksum: str
    changed: tuple[str, ...]  # parts of the certificate: blueprint | pool | enemies | solver | outcome


def ask_for_forms(deps: Services, actor: Actor, order: AssemblyOrder) -> int:
    """Queue an assembly as a job; refuses at once what would fail later. Returns the job."""
    permit(actor, "forms.assemble")
    _require_in_range(order)
    with deps.store.read() as session:
        _require_approved(session, order.blueprint_id)
        if measuring.find_adopted(session) is None:
            raise AssemblyRefused("no_adopted_calibration")
    return jobs.ask(deps, actor, "assemble", asdict(order))


def assemble_forms(deps: Services, actor: Actor, order: AssemblyOrder, progress: Progress) -> int:
    """Solve, audit, certify and store; returns the run.

    An infeasible order stores its explanation and no form.
    """
    permit(actor, "forms.assemble")
    _require_in_range(order)
    with deps.store.read() as session:
        _require_approved(session, order.blueprint_id)
        request, calibration_id, position_code = _request(session, order)
    result = _assembled(request, progress)
    certificate = certify(request, result).as_dict()
    with deps.store.begin() as session:
        run = AssemblyRunRow(
            blueprint_id=order.blueprint_id,
            calibration_id=calibration_id,
            seed=order.seed,
            n_forms=order.n_forms,
            max_overlap=order.max_overlap,
            status=result.status.value,
            certificate=certificate,
            checksum=certificate["checksum"],
            created_by=actor.user_id,
            created_at=database_now(session),
        )
        session.add(run)
        session.flush()
        store.add_forms(session, run, position_code, [(form, form_checksum(form)) for form in result.forms])
        record_act(
            session,
            actor,
            "forms.assemble",
            f"assembly_run:{run.id}",
            status=run.status,
            seed=order.seed,
            n_forms=len(result.forms),
            certificate=run.checksum,
        )
        return run.id


def ask_for_replay(deps: Services, actor: Actor, run_id: int) -> int:
    """Queue a replay as a job; returns the job."""
    permit(actor, "forms.read_certificate")
    with deps.store.read() as session:
        get_row(session, AssemblyRunRow, run_id)
    return jobs.ask(deps, actor, "replay", {"run_id": run_id})


def replay(deps: Services, actor: Actor, run_id: int, progress: Progress | None = None) -> Replayed:
    """Assemble a stored run again on today's bank; says whether the certificate comes out the same.

    A bank that has changed since gives another certificate: the stored one is then out of date, never wrong.
    """
    permit(actor, "forms.read_certificate")
    with deps.store.read() as session:
        run = get_row(session, AssemblyRunRow, run_id)
        order = AssemblyOrder(run.blueprint_id, run.n_forms, run.seed, run.max_overlap)
        request, _calibration, _position = _request(session, order, run)
    again = certify(request, _assembled(request, progress)).as_dict()
    return Replayed(
        run_id=run_id,
        same=again["checksum"] == run.checksum,
        same_forms=_checksums(again) == _checksums(run.certificate),
        checksum=again["checksum"],
        changed=tuple(part for part, pick in _PARTS.items() if pick(again) != pick(run.certificate)),
    )


def publish_form(deps: Services, actor: Actor, form_id: int) -> None:
    """The second person publishes; from then on the form can be put on rosters and never changes.

    Refused when the stored items or sections are not those certified, or an item has left the operational
    bank since.
    """
    with deps.store.begin() as session:
        form = get_row(session, FormRow, form_id, lock=True)
        run = get_row(session, AssemblyRunRow, form.assembly_run_id)
        permit(actor, "forms.publish", Facts(doers=(run.created_by,)))
        if form.state != "draft":
            raise AssemblyRefused("form_not_draft")
        lines = store.list_form_lines(session, form_id)
        blueprint = store.load_blueprint(session, form.blueprint_id)[2]
        same_items = form_checksum([line.version_id for line in lines]) == form.checksum
        if not same_items or not are_sections_kept(session, form_id, blueprint):
            raise AssemblyRefused("form_altered")
        gone = [line.code for line in lines if line.state != "operational"]
        if gone:
            raise AssemblyRefused("items_not_operational", n_items=len(gone), codes=", ".join(gone))
        form.state = "published"
        form.published_by = actor.user_id
        form.published_at = database_now(session)
        record_act(session, actor, "forms.publish", f"form:{form_id}", checksum=form.checksum)


def withdraw_form(deps: Services, actor: Actor, form_id: int) -> None:
    """Take a draft or published form out of use; sittings that have it keep it."""
    permit(actor, "forms.assemble")
    with deps.store.begin() as session:
        form = get_row(session, FormRow, form_id, lock=True)
        if form.state == "withdrawn":
            raise AssemblyRefused("form_withdrawn")
        before, form.state = form.state, "withdrawn"
        record_act(session, actor, "forms.withdraw", f"form:{form_id}", was=before)


def proof_read(deps: Services, actor: Actor, form_id: int) -> tuple[FormRow, list[FormLine]]:
    """The wording of a form, for the eyes of few: every look stands in the audit log."""
    permit(actor, "forms.read_items")
    with deps.store.begin() as session:
        form = get_row(session, FormRow, form_id)
        lines = store.list_form_lines(session, form_id)
        shown = Showing([line.version_id for line in lines], How.PROOF, form.code)
        log_showing(session, actor, shown)
        record_act(session, actor, "forms.read_items", f"form:{form_id}")
        return form, lines


_PARTS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "blueprint": lambda certificate: certificate["blueprint"],
    "pool": lambda certificate: (certificate["request"]["pool"], certificate["request"].get("resting", [])),
    "enemies": lambda certificate: certificate["request"]["enemies"],
    "solver": lambda certificate: certificate["solver"],
    "outcome": lambda certificate: (certificate["status"], _checksums(certificate)),
}


def _checksums(certificate: Mapping[str, Any]) -> list[str]:
    return [str(form["checksum"]) for form in certificate["forms"]]


def _require_in_range(order: AssemblyOrder) -> None:
    ranges = {
        "n_forms": range(1, MOST_FORMS + 1),
        "seed": range(LARGEST_SEED + 1),
        "max_overlap": range(LARGEST_SEED + 1),
    }
    for field, allowed in ranges.items():
        if getattr(order, field) not in allowed:
            raise RequestInvalid(field, getattr(order, field))


def _require_approved(session: Session, blueprint_id: int) -> None:
    """New forms come from the blueprint in force; a superseded one is only replayed."""
    if get_row(session, BlueprintRow, blueprint_id).state != "approved":
        raise AssemblyRefused("blueprint_not_approved")


def _request(
    session: Session, order: AssemblyOrder, run: AssemblyRunRow | None = None
) -> tuple[AssemblyRequest, int, str]:
    """What to assemble, from the bank as it is; for a replay under the calibration of its run.

    The run's own forms count as uses by now, and its exams may have put items to rest: the certificate tells
    how both were before.
    """
    _row, position, blueprint = store.load_blueprint(session, order.blueprint_id)
    calibration_id = _require_adopted(session) if run is None else run.calibration_id
    pool = store.list_pool(session, calibration_id)
    if run is None:
        days = {item.version_id: item.until_on for item in resting_items(session, list_resting(session))}
        uses = store.count_uses(session)
    else:
        asked = run.certificate["request"]
        days = {one["version_id"]: date.fromisoformat(one["until_on"]) for one in asked.get("resting", [])}
        uses = {int(version_id): int(n) for version_id, n in asked["use_counts"]}
    resting = _resting(pool, days)
    request = AssemblyRequest(
        blueprint=blueprint,
        pool=awake(pool, resting),
        enemies=tuple(store.list_enemies(session, [item.version_id for item in pool])),
        n_forms=order.n_forms,
        seed=order.seed,
        max_overlap=order.max_overlap,
        use_counts=uses,
        resting=resting,
    )
    return request, calibration_id, position.code


def _require_adopted(session: Session) -> int:
    adopted = measuring.find_adopted(session)
    if adopted is None:
        raise AssemblyRefused("no_adopted_calibration")
    return adopted.id


def _resting(pool: list[PoolItem], days: Mapping[int, date]) -> tuple[RestingItem, ...]:
    return tuple(
        RestingItem(item.version_id, item.cell, days[item.version_id])
        for item in pool
        if item.version_id in days
    )


def _assembled(request: AssemblyRequest, progress: Progress | None) -> AssemblyResult:
    result = assemble(request, progress)
    return replace(result, clashes=name_resting(result.clashes, count_resting(request.resting)))
