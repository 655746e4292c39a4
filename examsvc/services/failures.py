"""Why work was refused, as a stable code and parameters that a row can keep and any language can word."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from examsvc.accounts.errors import Forbidden
from examsvc.assembly.errors import (
    AssemblyError,
    AssemblyRefused,
    AuditDisagrees,
    BlueprintInvalid,
    CutUnreachable,
    PoolInvalid,
    RequestInvalid,
)
from examsvc.results.errors import (
    CalibrationRefused,
    JobRefused,
    KeyMissing,
    PlanMalformed,
    ReleaseRefused,
    ResultsError,
    ScoringRefused,
    WhatIfRefused,
)
from examsvc.store import NotFound, StoreBusy
from scoring.errors import (
    DisconnectedDesign,
    NotCalibrated,
    NothingToCalibrate,
    ScoringError,
    ShareUnreachable,
)

Failure = dict[str, Any]


@singledispatch
def failure_of(_error: Exception) -> Failure | None:
    """The refusal as {"code": …, parameters}; None for an error that is no refusal but a defect."""
    return None


@failure_of.register
def _forbidden(error: Forbidden) -> Failure:
    return {"code": f"forbidden.{error.code}"}


@failure_of.register
def _not_found(_error: NotFound) -> Failure:
    return {"code": "not_found"}


@failure_of.register
def _busy(_error: StoreBusy) -> Failure:
    return {"code": "busy"}


@failure_of.register
def _results(_error: ResultsError) -> Failure:
    return {"code": "results.refused"}


@failure_of.register
def _calibration(error: CalibrationRefused) -> Failure:
    return {"code": f"calibration.{error.code}"}


@failure_of.register
def _what_if(error: WhatIfRefused) -> Failure:
    return {"code": f"what_if.{error.code}"}


@failure_of.register
def _job(error: JobRefused) -> Failure:
    return {"code": f"jobs.{error.code}", **error.params}


@failure_of.register
def _scoring(error: ScoringRefused) -> Failure:
    return {"code": f"results.{error.code}"}


@failure_of.register
def _key_missing(error: KeyMissing) -> Failure:
    return {"code": "results.key_missing", "n": len(error.item_ids)}


@failure_of.register
def _plan(error: PlanMalformed) -> Failure:
    return {"code": f"results.{error.code}"}


@failure_of.register
def _release(error: ReleaseRefused) -> Failure:
    return {"code": f"results.{error.code}"}


@failure_of.register
def _psychometrics(error: ScoringError) -> Failure:
    return {"code": f"scoring.{error.code}"}


@failure_of.register
def _nothing(error: NothingToCalibrate) -> Failure:
    return {"code": f"scoring.{error.code}", "n": len(error.reasons)}


@failure_of.register
def _disconnected(error: DisconnectedDesign) -> Failure:
    return {"code": f"scoring.{error.code}", "n": len(error.components)}


@failure_of.register
def _not_calibrated(error: NotCalibrated) -> Failure:
    return {"code": f"scoring.{error.code}", "n": len(error.items)}


@failure_of.register
def _share(error: ShareUnreachable) -> Failure:
    return {"code": f"scoring.{error.code}", "percent": round(100 * error.share)}


@failure_of.register
def _assembly(_error: AssemblyError) -> Failure:
    return {"code": "assembly.refused"}


@failure_of.register
def _assembly_refused(error: AssemblyRefused) -> Failure:
    return {"code": f"assembly.{error.code}", **error.params}


@failure_of.register
def _blueprint(error: BlueprintInvalid) -> Failure:
    return {"code": "assembly.blueprint_invalid", "n": len(error.problems)}


@failure_of.register
def _pool(error: PoolInvalid) -> Failure:
    return {"code": "assembly.pool_invalid", "n": len(error.version_ids)}


@failure_of.register
def _request(error: RequestInvalid) -> Failure:
    return {"code": "assembly.request_invalid", "field": error.field}


@failure_of.register
def _cut(error: CutUnreachable) -> Failure:
    return {"code": "assembly.cut_unreachable", "percent": round(100 * error.share)}


@failure_of.register
def _audit(_error: AuditDisagrees) -> Failure:
    return {"code": "assembly.audit_disagrees"}
