"""Parallel forms from a pool: one after the other, by mixed-integer programming."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from examsvc.assembly.audit import Rules, audit_forms
from examsvc.assembly.blueprint import Blueprint, validate
from examsvc.assembly.constraints import Demands, Model, form_model, joint_model, normal_enemies
from examsvc.assembly.eligibility import count_cells
from examsvc.assembly.errors import AuditDisagrees, BlueprintInvalid, RequestInvalid
from examsvc.assembly.explain import Clash, explain, short_cells
from examsvc.assembly.mip import Limits, Outcome, Verdict, minimise
from examsvc.assembly.pool import FloatArray, PoolItem, ordered_pool
from examsvc.assembly.resting import RestingItem
from examsvc.assembly.target import Target, derive_target

Form = tuple[int, ...]
Progress = Callable[[int, int], None]
ShouldCancel = Callable[[], bool]

BANDS = (0.02, 0.05, 0.10)
JITTER = 0.5
"""Below one use: chance decides between items used equally often, never against the less used one."""


class Status(StrEnum):
    """How an assembly ended; only the first two carry forms."""

    OPTIMAL = "OPTIMAL"
    FEASIBLE_WITHIN_TOLERANCE = "FEASIBLE_WITHIN_TOLERANCE"
    INFEASIBLE = "INFEASIBLE"
    TIME_LIMIT = "TIME_LIMIT"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class AssemblyRequest:
    """What to assemble.

    Parameters
    ----------
    enemies : pairs of version ids that never share a form
    max_overlap : items two forms of this request may share; the blueprint's own when None
    time_limit_s : shared out over the solver's runs; the node limit nearly always stops a run first
    use_counts : by version id, how many forms an item serves already; less used items are preferred
    bands : how far information at a cut may lie from the target, tried from the tightest to the widest
    resting : items that the pool lacks because they rest; they explain, and decide nothing
    """

    blueprint: Blueprint
    pool: tuple[PoolItem, ...]
    enemies: Collection[tuple[int, int]] = ()
    n_forms: int = 2
    seed: int = 0
    max_overlap: int | None = None
    time_limit_s: float = 60.0
    use_counts: Mapping[int, int] = field(default_factory=dict)
    bands: tuple[float, ...] = BANDS
    resting: tuple[RestingItem, ...] = ()

    @property
    def overlap_allowed(self) -> int:
        return self.blueprint.max_overlap if self.max_overlap is None else self.max_overlap


@dataclass(frozen=True, slots=True)
class AssemblyResult:
    """Forms in the order of delivery, or why there are none.

    OPTIMAL: every form lies within the tightest band and spreads use as well as any could, up to `gap`.
    FEASIBLE_WITHIN_TOLERANCE: every constraint holds, but within a wider `band`, or the spread is not
    proven best.
    TIME_LIMIT: not decided; never a claim that no form exists.
    """

    status: Status
    forms: tuple[Form, ...] = ()
    gap: float | None = None
    band: float | None = None
    target: Target | None = None
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """One form, or all of them jointly, as the solver left it."""

    outcome: Outcome
    band: float


class _CancelledError(Exception):
    """Leaves the loops, never the module."""


def assemble(
    request: AssemblyRequest, progress: Progress | None = None, should_cancel: ShouldCancel | None = None
) -> AssemblyResult:
    """Assemble the forms; equal requests give equal results, in whatever order the pool came."""
    _require_valid(request)
    pool = ordered_pool(request.pool, request.blueprint.counts)
    shortages = short_cells(request.blueprint, count_cells(pool))
    if shortages:
        return AssemblyResult(Status.INFEASIBLE, clashes=shortages)
    target = derive_target(request.blueprint, pool, request.n_forms, request.overlap_allowed)
    enemies = normal_enemies(request.enemies, pool)
    demands = Demands(request.blueprint, pool, enemies, target, request.overlap_allowed)
    try:
        return _Assembly(request, demands, progress, should_cancel).run()
    except _CancelledError:
        return AssemblyResult(Status.CANCELLED, target=target)


def _require_valid(request: AssemblyRequest) -> None:
    problems = validate(request.blueprint)
    if problems:
        raise BlueprintInvalid(problems)
    bands = request.bands
    checks: dict[str, tuple[object, bool]] = {
        "n_forms": (request.n_forms, request.n_forms >= 1),
        "seed": (request.seed, request.seed >= 0),
        "max_overlap": (request.overlap_allowed, request.overlap_allowed >= 0),
        "time_limit_s": (request.time_limit_s, request.time_limit_s > 0),
        "bands": (bands, bool(bands) and bands[0] > 0 and list(bands) == sorted(bands)),
    }
    for name, (value, fine) in checks.items():
        if not fine:
            raise RequestInvalid(name, value)


@dataclass(frozen=True, slots=True)
class _Assembly:
    request: AssemblyRequest
    demands: Demands
    progress: Progress | None
    should_cancel: ShouldCancel | None

    def run(self) -> AssemblyResult:
        """In sequence; when a form finds no place beside the earlier ones, all of them at once."""
        steps: list[_Step] = []
        forms: list[frozenset[int]] = []
        for number in range(self.request.n_forms):
            self._pause(number)
            step = self._form_step(tuple(forms))
            if step.outcome.values is None:
                return self._without(step, self._form_model(step.band)) if number == 0 else self._jointly()
            steps.append(step)
            forms.append(*self._chosen(step.outcome))
        return self._certified(forms, steps)

    def _jointly(self) -> AssemblyResult:
        self._pause(0)
        widest = self.request.bands[-1]
        model = joint_model(self.demands, widest, self.request.n_forms)
        step = _Step(minimise(self._joint_costs(model), model, self._limits(4)), widest)
        if step.outcome.values is None:
            return self._without(step, model)
        return self._certified(self._chosen(step.outcome), [step])

    def _form_step(self, previous: tuple[frozenset[int], ...]) -> _Step:
        costs = self._costs(previous)
        step = _Step(Outcome(Verdict.UNDECIDED), self.request.bands[-1])
        for band in self.request.bands:
            self._pause(len(previous))
            model = self._form_model(band, previous)
            step = _Step(
                minimise(costs, model, self._limits(2 * self.request.n_forms * len(self.request.bands))), band
            )
            if step.outcome.values is not None:
                break
        return step

    def _form_model(self, band: float, previous: tuple[frozenset[int], ...] = ()) -> Model:
        return form_model(self.demands, band, previous)

    def _without(self, step: _Step, model: Model) -> AssemblyResult:
        target = self.demands.target
        if step.outcome.verdict is Verdict.UNDECIDED:
            return AssemblyResult(Status.TIME_LIMIT, target=target, band=step.band)
        clash = explain(model, self._limits(40))
        return AssemblyResult(Status.INFEASIBLE, target=target, band=step.band, clashes=(clash,))

    def _certified(self, forms: list[frozenset[int]], steps: list[_Step]) -> AssemblyResult:
        band = max(step.band for step in steps)
        ordered = tuple(self._shuffled(number, form) for number, form in enumerate(forms))
        rules = Rules(
            self.request.blueprint, self.request.enemies, self.demands.target, band, self.demands.max_overlap
        )
        violations = audit_forms(ordered, self.request.pool, rules)
        if violations:
            raise AuditDisagrees(tuple(violations))
        best = band == self.request.bands[0] and all(s.outcome.verdict is Verdict.PROVEN for s in steps)
        self._report(self.request.n_forms)
        return AssemblyResult(
            status=Status.OPTIMAL if best else Status.FEASIBLE_WITHIN_TOLERANCE,
            forms=ordered,
            gap=max(step.outcome.gap or 0.0 for step in steps),
            band=band,
            target=self.demands.target,
        )

    def _costs(self, previous: tuple[frozenset[int], ...]) -> FloatArray:
        """Uses of each item so far, by other forms and this request's own, and a seeded jitter."""
        ids = [item.version_id for item in self.demands.pool]
        uses = np.array(
            [self.request.use_counts.get(i, 0) + sum(i in form for form in previous) for i in ids], float
        )
        costs: FloatArray = uses - uses.min() + JITTER * self._rng("choice", len(previous)).random(len(ids))
        return costs

    def _joint_costs(self, model: Model) -> FloatArray:
        one = self._costs(())
        shared = np.ones(model.n_variables - model.n_binary)
        return np.concatenate([np.tile(one, self.request.n_forms), shared])

    def _chosen(self, outcome: Outcome) -> list[frozenset[int]]:
        assert outcome.values is not None
        ids = np.array([item.version_id for item in self.demands.pool])
        # A joint model's variables are the forms in turn, then those that count overlaps.
        chosen = np.rint(outcome.values).astype(bool).reshape(-1, len(ids))[: self.request.n_forms]
        return [frozenset(ids[row].tolist()) for row in chosen]

    def _shuffled(self, number: int, form: frozenset[int]) -> Form:
        """An order by chance; sections stand one after the other, each in the order that chance gave."""
        sections = self.request.blueprint.section_numbers
        topics = {item.version_id: item.topic for item in self.demands.pool}
        by_chance = self._rng("order", number).permutation(sorted(form)).tolist()
        return tuple(sorted(by_chance, key=lambda version_id: sections.get(topics[version_id], 0)))

    def _rng(self, purpose: str, number: int) -> np.random.Generator:
        return np.random.default_rng([self.request.seed, {"choice": 1, "order": 2}[purpose], number])

    def _limits(self, parts: int) -> Limits:
        return Limits(self.request.time_limit_s / parts)

    def _pause(self, done: int) -> None:
        self._report(done)
        if self.should_cancel is not None and self.should_cancel():
            raise _CancelledError

    def _report(self, done: int) -> None:
        if self.progress is not None:
            self.progress(done, self.request.n_forms)
