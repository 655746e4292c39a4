"""How long a bank of so many items takes to be written to a file, checked and imported, stage by stage.

`stages` needs a service and an author, and so can be called on any bed. By itself, on a database of its own:

    python -m tests.benchmarks.bank_files 5000 50000
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.adapters.memory import InlineQueue, MemoryPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.bank_import import File, check_file, import_file
from examsvc.store import accounts as account_store
from examsvc.store.models import TopicRow, UserRow
from examsvc.store.rows import get_row
from item_bank.formats.catalog import FileFormat, write_any
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem
from item_bank.interactions.asked import Asked, Option, Place, single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key
from item_bank.taxonomy import CognitiveLevel
from tests.benchmarks.delivery_table import Row, as_markdown, machine, show
from tests.load.servers import Postgres, migrated_store

Made = tuple[str, Asked, Key]
_T = TypeVar("_T")

GOAL_S: Final = 300.0  # of 50,000 items, from a QTI file into the bank
GOAL_ITEMS: Final = 50_000
SINGLE_OF_TEN: Final = 8
TOPICS: Final = tuple(f"T{number:02d}" for number in range(1, 11))
LEVELS: Final = tuple(CognitiveLevel)
_SYLLABLES: Final = """
tờ khai trị giá xuất xứ hàng hóa thuế suất ưu đãi đặc biệt kiểm tra sau thông quan giám sát kho ngoại quan
niêm phong chứng từ hóa đơn vận đơn giấy phép nhập khẩu quá cảnh gia công chế xuất miễn giảm hoàn ấn định
tham vấn phân loại mã số rủi ro luồng xanh vàng đỏ doanh nghiệp đại lý người khai công chức cửa khẩu cảng
biển sân bay thời hạn ngày làm việc quyết định xử phạt vi phạm tang vật biên bản khiếu nại bảo lãnh nộp
chậm cưỡng chế hợp đồng giám định lấy mẫu phân tích danh mục tài liệu báo cáo nguyên liệu máy móc thiết bị
linh kiện gỗ thép vải gạo cà phê điện thoại ô tô phân bón mỹ phẩm thuốc lá rượu vang sữa bột nhựa giày dép
tôm cá
"""
_WORDS: Final = tuple(_SYLLABLES.split())


def bank_of(n: int, seed: int = 1) -> ForeignBank:
    """`n` items, four in five of them single choices of four, the others of all kinds marked by rules."""
    return ForeignBank(tuple(_items(n, seed)))


def of_kind(interaction: Interaction, n: int, seed: int = 1) -> ForeignBank:
    """`n` items of one kind."""
    drawn = random.Random(seed)
    makes = dict(_OTHERS).get(interaction, _single)
    return ForeignBank(tuple(_item(number, makes(drawn), drawn) for number in range(1, n + 1)))


def _items(n: int, seed: int) -> Iterator[ForeignItem]:
    drawn = random.Random(seed)
    others = [makes for _interaction, makes in _OTHERS]
    for number in range(1, n + 1):
        is_single = number % 10 < SINGLE_OF_TEN
        makes = _single if is_single else others[(number // 10 * 2 + number % 2) % len(others)]
        yield _item(number, makes(drawn), drawn)


def _item(number: int, made: Made, drawn: random.Random) -> ForeignItem:
    stem, asked, key = made
    law = (
        f"Điều {drawn.randint(1, 150)} Nghị định số {drawn.randint(1, 170)}/{drawn.randint(2010, 2025)}/NĐ-CP"
    )
    code = f"HQ-{number:05d}"
    return ForeignItem(
        code,
        stem=stem,
        asked=asked,
        key=key,
        rationale=_words(drawn, 12),
        facts=BankFacts(
            code=code,
            topic=TOPICS[number % len(TOPICS)],
            cognitive_level=LEVELS[number % len(LEVELS)],
            legal_basis=law,
        ),
    )


def _words(drawn: random.Random, n: int) -> str:
    said = [*drawn.choices(_WORDS, k=n), str(drawn.randint(1, 99_999))]
    return " ".join(said).capitalize()


def _options(drawn: random.Random, n: int, words: int = 6) -> tuple[Option, ...]:
    return single_choice(*(_words(drawn, words) for _ in range(n))).options


def _single(drawn: random.Random) -> Made:
    stem = f"{_words(drawn, 18)} <b>không</b> {_words(drawn, 5)}?"
    return stem, Asked(Interaction.SINGLE_CHOICE, _options(drawn, 4)), Key(1, (drawn.choice("ABCD"),))


def _true_false(drawn: random.Random) -> Made:
    words = (Option("A", "Đúng"), Option("B", "Sai"))
    return _words(drawn, 20), Asked(Interaction.TRUE_FALSE, words), Key(1, (drawn.choice("AB"),))


def _multiple(drawn: random.Random) -> Made:
    right = " ".join(sorted(drawn.sample("ABCDE", 2)))
    asked = Asked(Interaction.MULTIPLE_RESPONSE, _options(drawn, 5))
    return _words(drawn, 20), asked, Key(1, (right,), Credit.PARTS)


def _statements(drawn: random.Random) -> Made:
    truths = (Option("A", "Đúng", at_most=None), Option("B", "Sai", at_most=None))
    places = tuple(Place(f"P{n}", _words(drawn, 10)) for n in range(1, 5))
    right = " ".join(f"{drawn.choice('AB')}>{place.id}" for place in places)
    return (
        _words(drawn, 25),
        Asked(Interaction.STATEMENTS, truths, places),
        Key(1, (right,), Credit.STATEMENTS),
    )


def _match(drawn: random.Random) -> Made:
    places = tuple(Place(f"P{n}", _words(drawn, 4)) for n in range(1, 5))
    order = drawn.sample("ABCD", 4)
    right = " ".join(f"{option}>{place.id}" for option, place in zip(order, places, strict=True))
    return (
        _words(drawn, 12),
        Asked(Interaction.MATCH, _options(drawn, 4), places),
        Key(1, (right,), Credit.PARTS),
    )


def _order(drawn: random.Random) -> Made:
    right = " ".join(drawn.sample("ABCDE", 5))
    return _words(drawn, 12), Asked(Interaction.ORDER, _options(drawn, 5)), Key(1, (right,), Credit.PARTS)


def _numeric(drawn: random.Random) -> Made:
    number = f"{drawn.randint(1, 9_999)},{drawn.randint(0, 99):02d}"
    return _words(drawn, 25), Asked(Interaction.NUMERIC), Key(1, (number,), tolerance=Decimal("0.05"))


def _short_text(drawn: random.Random) -> Made:
    return _words(drawn, 18), Asked(Interaction.SHORT_TEXT), Key(1, (_words(drawn, 2),))


def _inline(drawn: random.Random) -> Made:
    places = (Place("P1"), Place("P2"))
    contents = _options(drawn, 6, 2)
    options = tuple(
        Option(one.id, one.content, "P1" if number < 3 else "P2") for number, one in enumerate(contents)
    )
    stem = f"{_words(drawn, 8)} [[P1]] {_words(drawn, 6)} [[P2]] {_words(drawn, 3)}"
    right = f"{drawn.choice('ABC')}>P1 {drawn.choice('DEF')}>P2"
    return stem, Asked(Interaction.INLINE_CHOICE, options, places), Key(1, (right,), Credit.PARTS)


def _gap_match(drawn: random.Random) -> Made:
    stem = f"{_words(drawn, 8)} [[P1]] {_words(drawn, 6)} [[P2]] {_words(drawn, 3)}"
    first, second = drawn.sample("ABCD", 2)
    asked = Asked(Interaction.GAP_MATCH, _options(drawn, 4, 2), (Place("P1"), Place("P2")))
    return stem, asked, Key(1, (f"{first}>P1 {second}>P2",), Credit.PARTS)


_OTHERS: Final[tuple[tuple[Interaction, Callable[[random.Random], Made]], ...]] = (
    (Interaction.TRUE_FALSE, _true_false),
    (Interaction.MULTIPLE_RESPONSE, _multiple),
    (Interaction.STATEMENTS, _statements),
    (Interaction.MATCH, _match),
    (Interaction.ORDER, _order),
    (Interaction.NUMERIC, _numeric),
    (Interaction.SHORT_TEXT, _short_text),
    (Interaction.INLINE_CHOICE, _inline),
    (Interaction.GAP_MATCH, _gap_match),
)


def lay_topics(deps: Services) -> None:
    """The topics of `bank_of`, in a bank that has none."""
    with deps.store.begin() as session:
        session.add_all(TopicRow(code=code, name_vi=code, name_en=code) for code in TOPICS)


def stages(deps: Services, author: Actor, n: int) -> list[Row]:
    """Writing `n` items to QTI 3.0, checking the file as its author would, importing it.

    The bank has the topics of `lay_topics`, and none of the items.
    """
    data, written = _written(n)
    file = File("bank.zip", data)
    report, checked = _timed(lambda: check_file(deps, author, file))
    assert report.n_usable == n
    del report
    passed = _Passed()
    outcome, imported = _timed(lambda: import_file(deps, author, file, progress=passed))
    assert len(outcome.version_ids) == n
    limit = GOAL_S if n <= GOAL_ITEMS else None
    size = f"{len(data) / 1e6:.1f} MB"
    return [
        _row("file", f"write {n:,} items as QTI 3.0", written, n, None, size),
        _row("file", "check it: read, intake, warnings", checked, n),
        _row("file", "import it: read, intake, store", imported, n, limit, passed.said),
    ]


def _written(n: int) -> tuple[bytes, _Cost]:
    bank = bank_of(n)
    return _timed(lambda: write_any(FileFormat.QTI_30, bank))


class _Passed:
    """A progress bar that notes when each stage of an import began."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def __call__(self, _done: int, _total: int, stage: str = "") -> None:
        self._began.setdefault(stage, time.perf_counter())

    @property
    def said(self) -> str:
        names = list(self._began)
        ends = [*list(self._began.values())[1:], time.perf_counter()]
        return ", ".join(
            f"{name} {end - began:.0f} s"
            for (name, began), end in zip(self._began.items(), ends[: len(names)], strict=True)
        )


_Cost = tuple[float, float, float]  # seconds on the clock, of the processor; MB at the highest


def _timed(work: Callable[[], _T]) -> tuple[_T, _Cost]:
    began, cpu = time.perf_counter(), time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result, (time.perf_counter() - began, time.process_time() - cpu, peak)


def _row(stage: str, what: str, cost: _Cost, n: int, limit: float | None = None, more: str = "") -> Row:
    seconds, cpu, peak = cost
    note = f"{1000 * cpu / n:.2f} ms of processor an item; so far at most {peak:.0f} MB"
    return Row(stage, what, seconds, "s", limit, note=f"{note}; {more}" if more else note)


def laid(url: str) -> tuple[Services, Actor]:
    """A service on a new database with the topics, and an author."""
    store = migrated_store(url)
    deps = Services(store, InlineQueue(), MemoryPresence(), Argon2Passwords(1))
    lay_topics(deps)
    id_ = add_user(deps, None, NewUser("author", "author", frozenset({Role.AUTHOR}), None))
    with store.read() as session:
        return deps, account_store.actor_of(session, get_row(session, UserRow, id_))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sizes", type=int, nargs="*", default=[5_000, 50_000])
    asked.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"])
    asked.add_argument("--markdown", type=Path)
    options = asked.parse_args()
    parts = [f"{machine(None, os.getloadavg()[0])}.\n"]
    with tempfile.TemporaryDirectory(prefix="bench-files-") as folder:
        for database in options.databases:
            postgres = Postgres(Path(folder) / "pg") if database == "PostgreSQL" else None
            try:
                for size in options.sizes:
                    url = postgres.create(f"files_{size}") if postgres else f"sqlite:///{folder}/{size}.db"
                    deps, author = laid(url)
                    title = f"{size:,} items on {database}"
                    rows = stages(deps, author, size)
                    deps.store.dispose()
                    show(rows, title)
                    parts.append(as_markdown(rows, f"### {title}"))
            finally:
                if postgres:
                    postgres.stop()
    print(parts[0])
    if options.markdown is not None:
        options.markdown.write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
