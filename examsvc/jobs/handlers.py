"""What each kind of job does: thin, the work is a service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.ports import Progress, StagedProgress
from examsvc.services import (
    Services,
    assembly,
    bank_import,
    bulk,
    bulk_previews,
    exports,
    import_report,
    results,
)
from examsvc.services.assembly import AssemblyOrder
from examsvc.services.calibration_campaign import calibrate_campaign
from examsvc.services.calibration_order import CalibrationOrder
from examsvc.services.near_duplicates import Search, search_bank
from examsvc.services.uploads import keep_upload
from examsvc.store import NotFound

Handler = Callable[[Services, Actor, dict[str, Any], StagedProgress], dict[str, Any]]


def calibrate(
    deps: Services, actor: Actor, params: dict[str, Any], progress: StagedProgress
) -> dict[str, Any]:
    """Fit a campaign's items: the fields of a CalibrationOrder → {"calibration_id"}."""
    return {"calibration_id": calibrate_campaign(deps, actor, CalibrationOrder(**params), progress)}


def score(deps: Services, actor: Actor, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Score a campaign's sittings: {"campaign_id"} → {"campaign_id", "added"}."""
    campaign_id = params["campaign_id"]
    return {
        "campaign_id": campaign_id,
        "added": results.score_campaign(deps, actor, campaign_id, progress),
    }


def assemble(deps: Services, actor: Actor, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Assemble forms: the fields of an AssemblyOrder → {"run_id"}."""
    return {"run_id": assembly.assemble_forms(deps, actor, AssemblyOrder(**params), progress)}


def replay(deps: Services, actor: Actor, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Assemble a run again: {"run_id"} → what a Replayed says."""
    return asdict(assembly.replay(deps, actor, params["run_id"], progress))


def near_duplicates(
    deps: Services, actor: Actor, params: dict[str, Any], progress: Progress
) -> dict[str, Any]:
    """Search the bank for items that read alike: the fields of a Search → what an Outcome says."""
    return asdict(search_bank(deps, actor, Search(**params), progress))


def check_import(
    deps: Services, actor: Actor, params: dict[str, Any], progress: StagedProgress
) -> dict[str, Any]:
    """Hold a file against the bank: {"filename", "sha256", "answers"} → {"report_id": where it is kept}."""
    answers = import_report.Answers(**params["answers"])
    report = bank_import.check_file(deps, actor, _file(deps, params), answers, progress)
    return {"report_id": keep_upload(deps, import_report.encode(report))}


def import_items(
    deps: Services, actor: Actor, params: dict[str, Any], progress: StagedProgress
) -> dict[str, Any]:
    """Take a checked file in: the same with "assignment" and "without_refused" → {"n_items", "tab"}."""
    order = bank_import.Order(
        import_report.Answers(**params["answers"]), params["assignment"], params["without_refused"]
    )
    made = bank_import.import_file(deps, actor, _file(deps, params), order, progress)
    deps.uploads.remove(params["sha256"])
    return {"n_items": len(made.version_ids), "tab": "drafts"}  # where the author finds them


def _file(deps: Services, params: dict[str, Any]) -> bank_import.File:
    data = deps.uploads.find(params["sha256"])
    if data is None:
        raise NotFound("upload", params["sha256"])
    return bank_import.File(params["filename"], data)


def bulk_preview(
    deps: Services, actor: Actor, params: dict[str, Any], progress: StagedProgress
) -> dict[str, Any]:
    """Find out what a change of many items would do: {"wanted_id"} → {"preview_id"}."""
    return {"preview_id": bulk_previews.make_wanted(deps, actor, params["wanted_id"], progress)}


def bulk_change(
    deps: Services, actor: Actor, params: dict[str, Any], progress: StagedProgress
) -> dict[str, Any]:
    """Change many items as their preview says: {"preview_id"} → what an Outcome says."""
    return asdict(bulk.change_items(deps, actor, params["preview_id"], progress))


def export_check(deps: Services, actor: Actor, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Find out what a format loses: {"export_id"} → the same."""
    return exports.check_export(deps, actor, params["export_id"], progress)


def export_write(deps: Services, actor: Actor, params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the file of a confirmed export: {"export_id"} → the same."""
    return exports.write_export(deps, actor, params["export_id"], progress)


HANDLERS: dict[str, Handler] = {
    "assemble": assemble,
    "calibrate": calibrate,
    "near_duplicates": near_duplicates,
    "check_import": check_import,
    "import_items": import_items,
    "bulk_preview": bulk_preview,
    "bulk_change": bulk_change,
    "export_check": export_check,
    "export_write": export_write,
    "replay": replay,
    "score": score,
}
