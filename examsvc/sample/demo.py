"""The sample from an empty database to released profiles, step by step, each resumable."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from werkzeug.serving import make_server

from examsvc.adapters.memory import InlineQueue, MemoryPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.bootstrap import House, open_house
from examsvc.jobs.runner import run_job
from examsvc.ports import Progress as Following
from examsvc.ports import StagedProgress
from examsvc.sample import assignments, bank, exams, sittings
from examsvc.sample.sittings import OVER_HTTP, Candidate, Truth
from examsvc.sample.staff import PASSWORD, STAFF, actor, ensure_staff
from examsvc.sample.summary import Summary, summarise
from examsvc.services import Services, calibration, results
from examsvc.services.calibration_campaign import calibrate_campaign
from examsvc.services.calibration_order import CalibrationOrder
from examsvc.services.finalise import finalise_due
from examsvc.settings import Settings
from examsvc.store import Store, measuring
from examsvc.store.migrate import is_current
from examsvc.whole import whole_app

Each = TypeVar("Each")
N_TRIAL_ACCOUNTS = 3


class DemoFailed(Exception):
    """A step of the sample did not do its work."""


class Demo:
    """Runs the sample campaign; what is already there is kept and passed over."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._console = Console()

    def run_once(self) -> None:
        """Run the sample when this database has not seen the end of it; else say where it stands."""
        store = Store.connect(self._settings.database_url)
        try:
            deps = Services(store, InlineQueue(), MemoryPresence(), Argon2Passwords(slots=1))  # to read only
            if is_current(store) and exams.find_campaign(deps, exams.TRIAL) is not None:
                self._console.print("The sample is loaded; its data is kept.")
                self._print_accounts(deps)
                return
        finally:
            store.dispose()
        self.run()

    def run(self) -> None:
        """Every step, then the summary. Raises DemoFailed when a promise of the sample is not kept."""
        with open_house(self._settings, run_job, migrating=True) as house:
            house.queue.start_worker()
            summary = self._steps(house)
            self._print_summary(summary)
            self._print_accounts(house.services)
        if summary.faults:
            raise DemoFailed("; ".join(summary.faults))

    def _steps(self, house: House) -> Summary:
        deps = house.services
        with self._bars() as bars:

            def follow(title: str) -> Callable[[Iterable[Each]], Iterator[Each]]:
                def track(work: Iterable[Each]) -> Iterator[Each]:
                    todo = list(work)
                    task = bars.add_task(title, total=max(1, len(todo)))
                    for each in todo:
                        yield each
                        bars.advance(task)
                    bars.update(task, completed=max(1, len(todo)))

                return track

            ensure_staff(deps)
            for _ in follow("organisation, positions, 600 officers")([1]):
                bank.load_people(deps)
            ensure_staff(deps)  # those who write for a unit
            assignments.assign_delivered(deps)
            for _ in follow("legal acts registered")([1]):
                bank.register_acts(deps)
            bank.import_items(deps, follow("items imported (workbooks)"))
            assignments.assign_owed(deps)
            bank.appraise(deps, follow("items appraised"))
            for _ in follow("items calibrated by judgement, put to use")([1]):
                bank.put_to_use(deps)
            exams.ensure_forms(deps, follow("blueprints and forms (positions)"))
            campaign_id = exams.ensure_campaign(deps, follow("rosters (positions)"))
            candidates = sittings.list_candidates(deps, campaign_id)
            truth = sittings.load_truth(deps, candidates)
            self._sit(house, campaign_id, candidates, truth, follow)
            self._measure(deps, campaign_id, bars)
            trial_id = exams.ensure_trial(deps)
            sittings.issue_passwords(deps, sittings.list_candidates(deps, trial_id)[:N_TRIAL_ACCOUNTS])
            summary = None
            for _ in follow("summary and audit chain")([1]):
                summary = summarise(deps, campaign_id, candidates, truth)
        if summary is None:
            raise DemoFailed("no summary was made")
        return summary

    def _sit(
        self,
        house: House,
        campaign_id: int,
        candidates: Sequence[Candidate],
        truth: Truth,
        follow: Callable[[str], Callable[[Iterable[Candidate]], Iterator[Candidate]]],
    ) -> None:
        deps = house.services
        if all(candidate.is_done for candidate in candidates):
            return
        every = max(1, len(candidates) // OVER_HTTP)
        over_http = list(candidates[::every][:OVER_HTTP])
        others = [candidate for candidate in candidates if candidate not in over_http]
        sittings.issue_passwords(deps, over_http)
        exams.check_in_all(deps, campaign_id, follow("rooms checked in"))  # type: ignore[arg-type]
        self._wait_for_start(deps, campaign_id)
        with self._serving(house) as address:
            sittings.sit_over_http(address, over_http, truth, follow("sittings over HTTP"))
        sittings.sit_through_services(deps, others, truth, follow("sittings through the services"))
        finalise_due(deps)

    def _wait_for_start(self, deps: Services, campaign_id: int) -> None:
        """The start is the database's: wait for its clock, not for ours."""
        start = exams.start_all(deps, campaign_id)
        waiting = threading.Event()
        while (left := (start - exams.now(deps)).total_seconds()) > 0:
            waiting.wait(min(left, 1.0))

    def _measure(self, deps: Services, campaign_id: int, bars: Progress) -> None:
        """Calibrate from the responses, adopt by a second examiner, score, release by the chairman."""
        examiner = actor(deps, "khao_thi")
        if not bank.has_calibration_of(deps, campaign_id):
            task = bars.add_task("calibration (iterations)", total=None)
            proposed = calibrate_campaign(deps, examiner, CalibrationOrder(campaign_id), _stages(bars, task))
            calibration.adopt_calibration(deps, actor(deps, "khao_thi_2"), proposed)
        task = bars.add_task("scoring (forms)", total=None)
        results.score_campaign(deps, examiner, campaign_id, _bar(bars, task))
        with deps.store.read() as session:
            waiting = measuring.list_results(session, campaign_id, ["provisional"])
        if waiting:
            results.release_results(deps, actor(deps, "chu_tich"), campaign_id)

    @contextmanager
    def _serving(self, house: House) -> Iterator[tuple[str, int]]:
        """The application on a free port of this machine, for as long as the block lasts."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", 0, whole_app(house), threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield "127.0.0.1", server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _bars(self) -> Progress:
        return Progress(
            TextColumn("{task.description:<44}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )

    def _print_summary(self, summary: Summary) -> None:
        table = Table(title="What came out of the sample campaign")
        table.add_column("what")
        table.add_column("figure", justify="right")
        chain = (
            "unbroken" if summary.chain.first_bad_seq is None else f"broken at {summary.chain.first_bad_seq}"
        )
        for what, figure in (
            ("operational items in the bank", f"{summary.n_items}"),
            (
                "forms published / meeting their blueprints",
                f"{summary.n_forms} / {summary.n_forms_certified}",
            ),
            ("candidates / sittings scored", f"{summary.n_candidates} / {summary.n_scored}"),
            ("second, independent scoring agrees", f"{summary.n_rescored_equal} of {summary.n_scored}"),
            ("theta overall: r, RMSE", f"{summary.overall.correlation:.3f}, {summary.overall.rmse:.3f}"),
            (
                "theta by competency (sufficient evidence): r, RMSE",
                f"{summary.competencies.correlation:.3f}, {summary.competencies.rmse:.3f}",
            ),
            (
                "  were each estimated by its own items: r, RMSE",
                f"{summary.alone.correlation:.3f}, {summary.alone.rmse:.3f}",
            ),
            ("levels right, overall", f"{summary.levels_right:.1%}"),
            ("levels right, by competency", f"{summary.competency_levels_right:.1%}"),
            ("  were each estimated by its own items", f"{summary.alone_levels_right:.1%}"),
            ("competencies with sufficient evidence", f"{summary.competency_sufficient:.1%}"),
            ("officers with a profile", f"{summary.n_profiles}"),
            ("audit chain", f"{summary.chain.n_entries} entries, {chain}"),
        ):
            table.add_row(what, figure)
        self._console.print(table)

    def _print_accounts(self, deps: Services) -> None:
        table = Table(title=f"Accounts of the sample (password of all: {PASSWORD})")
        for column in ("user name", "role", "does"):
            table.add_column(column)
        for member in STAFF:
            table.add_row(member.username, member.role.value, member.duty)
        trial = exams.find_campaign(deps, exams.TRIAL)
        if trial is not None:
            for candidate in sittings.list_candidates(deps, trial.id)[:N_TRIAL_ACCOUNTS]:
                table.add_row(
                    candidate.officer_code.lower(), "officer", "sits the trial exam, sees own profile"
                )
        self._console.print(table)


def _bar(bars: Progress, task: object) -> Following:
    def follow(done: int, total: int) -> None:
        bars.update(task, completed=done, total=total)  # type: ignore[arg-type]

    return follow


def _stages(bars: Progress, task: object) -> StagedProgress:
    def follow(done: int, total: int, stage: str = "") -> None:
        words = f"calibration ({stage})" if stage else "calibration"
        bars.update(task, completed=done, total=total or None, description=words)  # type: ignore[arg-type]

    return follow
