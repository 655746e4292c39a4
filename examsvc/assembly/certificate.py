"""What was asked, what was reached and how, in a form that can be stored, signed and checked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from examsvc.assembly.constraints import Demands, Line, form_lines, normal_enemies, overlap_line
from examsvc.assembly.explain import Clash
from examsvc.assembly.mip import SOLVER, SOLVER_VERSION
from examsvc.assembly.pool import (
    FloatArray,
    PoolItem,
    item_record,
    ordered_pool,
    pool_params,
    pool_shares,
)
from examsvc.assembly.solve import AssemblyRequest, AssemblyResult, Form
from examsvc.assembly.target import Target
from examsvc.canonical import canonical_sha256
from scoring import ItemParams
from scoring.errors import ShareUnreachable
from scoring.information import form_information
from scoring.points import expected_points, theta_at_share_of_points

FORMAT = 1
METRIC = "logistic, D = 1"
GRID: tuple[float, ...] = tuple(float(theta) for theta in np.arange(-12, 13) / 4)
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Achieved:
    """A line with its bounds and what each form it concerns reached."""

    code: str
    kind: str
    what: dict[str, str | int | float]
    lower: float
    upper: float
    achieved: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FormRecord:
    """One form: items in order, curves over the grid, its own cuts (None: out of the scale's reach)."""

    items: tuple[dict[str, int | str], ...]
    checksum: str
    information: tuple[float, ...]
    expected_share: tuple[float, ...]
    information_at_cuts: tuple[float, ...]
    cut_thetas: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """The whole record of one assembly; `as_dict` is what gets stored."""

    blueprint: dict[str, Any]
    request: dict[str, Any]
    status: str
    gap: float | None
    band: float | None
    target: dict[str, Any] | None
    lines: tuple[Achieved, ...]
    forms: tuple[FormRecord, ...]
    overlaps: tuple[tuple[int, ...], ...]
    clashes: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, rounded, with the checksum of everything else."""
        body = _plain(
            {
                "format": FORMAT,
                "metric": METRIC,
                "solver": {"name": SOLVER, "scipy": SOLVER_VERSION},
                "theta_grid": GRID,
                **asdict(self),
            }
        )
        return {**body, "checksum": certificate_checksum(body)}


def certify(request: AssemblyRequest, result: AssemblyResult) -> Certificate:
    """Record an assembly, whatever its end."""
    pool = ordered_pool(request.pool, request.blueprint.counts)
    by_id = {item.version_id: item for item in pool}
    return Certificate(
        blueprint=_blueprint_record(request),
        request=_request_record(request, pool),
        status=result.status.value,
        gap=result.gap,
        band=result.band,
        target=asdict(result.target) if result.target else None,
        lines=_achieved_lines(request, result, pool),
        forms=tuple(_form_record(form, by_id, result.target) for form in result.forms if result.target),
        overlaps=tuple(tuple(len({*one} & {*other}) for other in result.forms) for one in result.forms),
        clashes=tuple(clash_record(clash) for clash in result.clashes),
    )


def clash_record(clash: Clash) -> dict[str, Any]:
    """A clash as JSON values."""
    return {
        "lines": [asdict(line) for line in clash.lines],
        "repairs": [asdict(repair) for repair in clash.repairs],
        "minimal": clash.minimal,
    }


def form_checksum(version_ids: Sequence[int], key_ids: Sequence[int] | None = None) -> str:
    """SHA-256 over the items in order, and their key versions where these are fixed already."""
    body: dict[str, list[int]] = {"items": list(version_ids)}
    if key_ids is not None:
        body["keys"] = list(key_ids)
    return canonical_sha256(body)


def certificate_checksum(certificate: dict[str, Any]) -> str:
    """SHA-256 over everything in a stored certificate but its own checksum."""
    return canonical_sha256({name: value for name, value in certificate.items() if name != "checksum"})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    # A float's last digits differ between machines, and -0.0 is spelt otherwise than 0.0.
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value


def _blueprint_record(request: AssemblyRequest) -> dict[str, Any]:
    blueprint = request.blueprint
    record = asdict(blueprint)
    if not blueprint.sections:  # as in the certificates that were made before there were any
        del record["sections"]
    record["cells"] = [
        {"topic": cell.topic, "cognitive_level": cell.cognitive_level, "n_items": n_items}
        for cell, n_items in blueprint.counts.items()
    ]
    return record


def _request_record(request: AssemblyRequest, pool: tuple[PoolItem, ...]) -> dict[str, Any]:
    """Everything a rerun needs beside the blueprint; the pool with the parameters that were used."""
    resting = [
        {"version_id": item.version_id, "until_on": item.until_on.isoformat()}
        for item in sorted(request.resting, key=lambda item: item.version_id)
        if item.cell in request.blueprint.counts
    ]
    return {
        "seed": request.seed,
        "n_forms": request.n_forms,
        "max_overlap": request.overlap_allowed,
        "time_limit_s": request.time_limit_s,
        "bands": list(request.bands),
        "enemies": [list(pair) for pair in normal_enemies(request.enemies, pool)],
        "use_counts": [[item.version_id, request.use_counts.get(item.version_id, 0)] for item in pool],
        "pool": [item_record(item) for item in pool],
        **({"resting": resting} if resting else {}),  # as in certificates from before items rested
    }


def _achieved_lines(
    request: AssemblyRequest, result: AssemblyResult, pool: tuple[PoolItem, ...]
) -> tuple[Achieved, ...]:
    if result.target is None or result.band is None:
        return ()
    enemies = normal_enemies(request.enemies, pool)
    demands = Demands(request.blueprint, pool, enemies, result.target, request.overlap_allowed)
    by_id = {item.version_id: item for item in pool}
    forms = [[by_id[version_id] for version_id in form] for form in result.forms]
    lines = [
        _achieved(line, [_value(line, form, result.target) for form in forms])
        for line in form_lines(demands, result.band)
    ]
    for second, other in enumerate(result.forms, start=1):
        for first, one in enumerate(result.forms[: second - 1], start=1):
            line = overlap_line(first, second, request.overlap_allowed)
            lines.append(_achieved(line, [float(len({*one} & {*other}))]))
    return tuple(lines)


def _achieved(line: Line, values: Iterable[float]) -> Achieved:
    return Achieved(line.code, line.kind, dict(line.what), line.lower, line.upper, tuple(values))


def _value(line: Line, form: Sequence[PoolItem], target: Target) -> float:
    if line.kind == "cell":
        return float(sum(line.what == {"topic": i.topic, "cognitive_level": i.cognitive_level} for i in form))
    if line.kind == "enemies":
        return float(sum(item.version_id in (line.what["first"], line.what["second"]) for item in form))
    theta = target.thetas[int(line.what["cut"]) - 1]
    return float(form_information(np.array([theta]), pool_params(form))[0])


def _form_record(form: Form, by_id: dict[int, PoolItem], target: Target | None) -> FormRecord:
    assert target is not None
    items = [by_id[version_id] for version_id in form]
    params, worth, grid = pool_params(items), pool_shares(items), np.array(GRID)
    return FormRecord(
        items=tuple({"version_id": item.version_id, "code": item.code} for item in items),
        checksum=form_checksum(form),
        information=_floats(form_information(grid, params)),
        expected_share=_floats(expected_points(grid, params, worth) / len(items)),
        information_at_cuts=_floats(form_information(np.array(target.thetas), params)),
        cut_thetas=tuple(_own_cut(share, params, worth) for share in target.cut_shares),
    )


def _own_cut(share: float, params: ItemParams, worth: FloatArray) -> float | None:
    try:
        return theta_at_share_of_points(share, params, worth)
    except ShareUnreachable:
        return None


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
