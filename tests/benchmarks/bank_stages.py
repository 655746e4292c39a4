"""What is measured of a bank: each stage is a function of a bed, and says what it took beside its floor.

The floor is the work that no program could leave out on that machine: the bare statement, the bare comparison
of numbers, the bare reading of the file.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa

from examsvc.services.bank_board import view_board
from examsvc.services.bank_import import File, check_file, import_file
from examsvc.services.bank_lists import Part, page_items
from examsvc.services.bank_views import view_item
from examsvc.services.near_duplicates import Search, search_bank
from examsvc.services.similar_items import find_alike
from examsvc.store import Session
from examsvc.store import item_versions as versions
from examsvc.store.bank import ItemFilter
from examsvc.store.models import ItemFingerprintRow, ItemVersionRow
from item_bank.formats.foreign import ForeignBank, of_bank
from item_bank.formats.workbook import Workbook
from item_bank.formats.xlsx_bank.write import write_workbook
from item_bank.interactions.marking import Key
from tests.benchmarks.bank_bed import Bed, item_of
from tests.benchmarks.bank_texts import texts
from tests.benchmarks.delivery_table import Row

GOAL_AT = {"search": 50_000, "near": 20_000}  # a goal holds up to this size
IMPORTED = 1_000
SOUGHT = (
    "thẩm vấn trị giá",
    "tham van tri gia",
    "giay chung nhan xuat xu",
    "Nghị định số 08/2015/NĐ-CP",
    "8471",
    "HQ-0004",
    "khong co trong ngan hang",
    "tờ khai bị hủy",
    "Cát Lái",
    "quy định",
)
NARROWED = (
    ItemFilter(),
    ItemFilter(topic="T03", level="apply"),
    ItemFilter(states=("operational",)),
    ItemFilter(states=("draft",), pool="operational"),
    ItemFilter(author_id=5),
)
PART = Part(50)


def search(bed: Bed) -> list[Row]:
    """A page of 50 and the number of all: by text in code, stem and options, by filters, and far behind."""
    who = bed.people["manager"]
    by_text = _timed(lambda text: page_items(bed.deps, who, ItemFilter(text=text), PART), SOUGHT * 3)
    both = [replace(wanted, text=text) for wanted in NARROWED[1:] for text in SOUGHT]
    narrowed = _timed(lambda wanted: page_items(bed.deps, who, wanted, PART), both)
    listed = _timed(lambda wanted: page_items(bed.deps, who, wanted, PART), NARROWED * 4)
    behind = [Part(50, bed.n * part // 10) for part in range(10)]
    pages = _timed(lambda part: page_items(bed.deps, who, ItemFilter(), part), behind)
    with bed.deps.store.read() as session:
        scan = sa.select(sa.func.count()).where(ItemFingerprintRow.folded.contains("tham van tri gia"))
        floor = _timed(lambda _: session.execute(scan).scalar_one(), range(10))
    limit = 100.0 if bed.n <= GOAL_AT["search"] else None
    return [
        _row("search", "text", by_text, limit, (floor, "a bare scan")),
        _row("search", "text and filters", narrowed, limit),
        _row("search", "filters alone", listed, limit),
        _row("search", "any page of all", pages, limit),
    ]


def near(bed: Bed) -> list[Row]:
    """The near-duplicates of one item, across the whole bank."""
    ids = bed.spread(30)
    with bed.deps.store.read() as session:
        items = versions.get_versions(session, ids)
        one = _timed(lambda id_: find_alike(session, items[id_], id_), ids)
        floor = _timed(lambda _: _sketches(session), range(10))
    limit = 200.0 if bed.n <= GOAL_AT["near"] else None
    return [_row("near-duplicates", "of one item", one, limit, (floor, "reading the sketches"))]


def _sketches(session: Session) -> int:
    query = sa.select(ItemFingerprintRow.item_version_id, ItemFingerprintRow.sketches)
    cursor = session.connection().execute(query).cursor
    return 0 if cursor is None else len(cursor.fetchall())


def whole(bed: Bed) -> list[Row]:
    """Every item against every other, with its progress, stored."""
    told: list[int] = []
    began, cpu = time.perf_counter(), time.process_time()
    outcome = search_bank(
        bed.deps, bed.people["manager"], Search(0.8), lambda done, _total: told.append(done)
    )
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    floor = _comparing(bed.n)
    limit = 60.0 if bed.n <= GOAL_AT["near"] else None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"{outcome.n_found} pairs; {took / floor:.1f} × 32 bytes of each pair compared; peak {peak:.0f} MB"
    return [
        Row("near-duplicates", "whole bank", took, "s", limit, note=note),
        Row("near-duplicates", "whole bank, CPU of the program", cpu, "s"),
        Row("near-duplicates", "times it told how far it was", float(len(told)), ""),
    ]


def _comparing(n: int) -> float:
    """Seconds for the differing bits of all pairs of 256."""
    columns = np.random.default_rng(1).integers(0, 2**63, (4, n), dtype=np.uint64)
    began = time.perf_counter()
    for row in range(0, n, max(1, n // 200)):
        for column in columns:
            np.bitwise_count(column[:row] ^ column[row])
    return (time.perf_counter() - began) * max(1, n // 200)


def board(bed: Bed) -> list[Row]:
    """The bank's board."""
    took = _timed(lambda _: view_board(bed.deps, bed.people["manager"]), range(8))
    with bed.deps.store.read() as session:
        counting = sa.select(ItemVersionRow.state, sa.func.count()).group_by(ItemVersionRow.state)
        floor = _timed(lambda _: session.execute(counting).all(), range(8))
    return [_row("board", "all figures", took, floor=(floor, "a bare count"))]


def page(bed: Bed) -> list[Row]:
    """One item with all that stands around it."""
    ids = bed.spread(30)
    took = _timed(lambda id_: view_item(bed.deps, bed.people["manager"], id_), ids)
    with bed.deps.store.read() as session:
        floor = _timed(lambda id_: versions.get_versions(session, [id_]), ids)
    return [_row("item page", "all of it", took, floor=(floor, "its bare wording"))]


def importing(bed: Bed) -> list[Row]:
    """A workbook of new items: checked against the whole bank, then taken in, by which the bank grows."""
    written = list(texts(min(IMPORTED, bed.n), seed=bed.n + 1))
    items = [of_bank(item_of(replace(text, code=f"N{text.code}")), Key(1, (text.key,))) for text in written]
    data = write_workbook(ForeignBank(tuple(items)))[0]
    author, file = bed.people["author_1"], File("bench.xlsx", data)
    floor = _timed(lambda _: list(Workbook(data).sheet("Câu hỏi").rows), [0])
    checked = _timed(lambda _: check_file(bed.deps, author, file), [0])
    stored = _timed(lambda _: import_file(bed.deps, author, file), [0])
    rows = f"{len(items):,} rows of .xlsx"
    beside = f"CPU {checked.cpu[0] / 1e3:.1f} s; {checked.wall[0] / floor.wall[0]:.1f} × bare reading"
    return [
        Row("import", f"{rows}, checked", checked.wall[0] / 1e3, "s", note=beside),
        Row(
            "import", f"{rows}, taken in", stored.wall[0] / 1e3, "s", note=f"CPU {stored.cpu[0] / 1e3:.1f} s"
        ),
    ]


# in the order in which they run: what makes the bank larger comes last
STAGES: dict[str, Callable[[Bed], list[Row]]] = {
    "search": search,
    "near": near,
    "whole": whole,
    "board": board,
    "page": page,
    "import": importing,
}


@dataclass(frozen=True, slots=True)
class _Took:
    """Milliseconds of each act: by the clock, and of this program's CPU (on SQLite that is all)."""

    wall: list[float]
    cpu: list[float]

    @property
    def p95(self) -> float:
        return float(np.percentile(self.wall, 95))


def _timed(act: Callable[[Any], object], subjects: Iterable[Any]) -> _Took:
    """Each act, after one that is not counted."""
    wanted = list(subjects)
    if len(wanted) > 1:
        act(wanted[0])
    took = _Took([], [])
    for subject in wanted:
        began, cpu = time.perf_counter(), time.process_time()
        act(subject)
        took.wall.append((time.perf_counter() - began) * 1e3)
        took.cpu.append((time.process_time() - cpu) * 1e3)
    return took


def _row(
    stage: str, what: str, took: _Took, limit: float | None = None, floor: tuple[_Took, str] | None = None
) -> Row:
    """The 95th percentile with its goal; beside it, by medians, the program's CPU and the floor."""
    note = (
        f"median {np.median(took.wall):.0f} ms, CPU {np.median(took.cpu):.0f} ms, p95 {_p95(took.cpu):.0f} ms"
    )
    if floor is not None:
        note += f"; {np.median(took.wall) / np.median(floor[0].wall):.1f} × {floor[1]}"
    return Row(stage, f"{what}, p95", took.p95, "ms", limit, note=note)


def _p95(took: list[float]) -> float:
    return float(np.percentile(took, 95))
