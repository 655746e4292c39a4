"""Assembling forms from an approved blueprint, and publishing them by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.assembly.certificate import certify, form_checksum
from examsvc.assembly.errors import AssemblyRefused
from examsvc.assembly.solve import AssemblyRequest, AssemblyResult, assemble
from examsvc.ports import Progress
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.store import Session, database_now, measuring
from examsvc.store import assembly as store
from examsvc.store.models import AssemblyRunRow, FormRow
from examsvc.store.rows import get_row


@dataclass(frozen=True, slots=True)
class AssemblyOrder:
    """What the exam manager asks for; equal orders on an equal bank give equal forms."""

    blueprint_id: int
    n_forms: int = 2
    seed: int = 1
    max_overlap: int = 6


def assemble_forms(deps: Services, actor: Actor, order: AssemblyOrder, progress: Progress) -> int:
    """Solve, audit, certify and store; returns the run. An infeasible order stores its explanation and no form."""
    permit(actor, "forms.assemble")
    with deps.store.read() as session:
        request, calibration_id, position_code = _request(session, order)
    result = assemble(request, progress)
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


def replay(deps: Services, actor: Actor, run_id: int) -> tuple[AssemblyRunRow, AssemblyResult, bool]:
    """Assemble a stored run again on today's bank; says whether the certificate comes out the same.

    A bank that has changed since gives another certificate: the stored one is then out of date, never wrong.
    """
    permit(actor, "forms.read_certificate")
    with deps.store.read() as session:
        run = get_row(session, AssemblyRunRow, run_id)
        order = AssemblyOrder(run.blueprint_id, run.n_forms, run.seed, run.max_overlap)
        uses: dict[int, int] = {
            int(version_id): n for version_id, n in run.certificate["request"].get("use_counts", {}).items()
        }
        request, _calibration, _position = _request(
            session, order, calibration_id=run.calibration_id, use_counts=uses
        )
    result = assemble(request)
    return run, result, certify(request, result).as_dict()["checksum"] == run.checksum


def publish_form(deps: Services, actor: Actor, form_id: int) -> None:
    """The second person publishes; from then on the form can be put on rosters and never changes."""
    with deps.store.begin() as session:
        form = get_row(session, FormRow, form_id, lock=True)
        run = get_row(session, AssemblyRunRow, form.assembly_run_id)
        permit(actor, "forms.publish", Facts(doers=(run.created_by,)))
        if form.state != "draft":
            raise AssemblyRefused("form_not_draft")
        form.state = "published"
        form.published_by = actor.user_id
        form.published_at = database_now(session)
        record_act(session, actor, "forms.publish", f"form:{form_id}", checksum=form.checksum)


def withdraw_form(deps: Services, actor: Actor, form_id: int) -> None:
    """Take a draft or published form out of use; sittings that have it keep it."""
    permit(actor, "forms.assemble")
    with deps.store.begin() as session:
        form = get_row(session, FormRow, form_id, lock=True)
        form.state = "withdrawn"
        record_act(session, actor, "forms.withdraw", f"form:{form_id}")


def _request(
    session: Session,
    order: AssemblyOrder,
    *,
    calibration_id: int | None = None,
    use_counts: dict[int, int] | None = None,
) -> tuple[AssemblyRequest, int, str]:
    row, position, blueprint = store.load_blueprint(session, order.blueprint_id)
    if row.state == "draft":
        raise AssemblyRefused("blueprint_not_approved")
    if calibration_id is None:
        adopted = measuring.find_adopted(session)
        if adopted is None:
            raise AssemblyRefused("no_adopted_calibration")
        calibration_id = adopted.id
    pool = store.list_pool(session, calibration_id)
    request = AssemblyRequest(
        blueprint=blueprint,
        pool=tuple(pool),
        enemies=tuple(store.list_enemies(session, [item.version_id for item in pool])),
        n_forms=order.n_forms,
        seed=order.seed,
        max_overlap=order.max_overlap,
        use_counts=store.count_uses(session) if use_counts is None else use_counts,
    )
    return request, calibration_id, position.code


def form_facts(certificate: dict[str, Any], index: int) -> dict[str, Any]:
    """What a certificate says of one of its forms."""
    facts: dict[str, Any] = certificate["forms"][index]
    return facts
