"""Any later change of the audit chain shows, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from examsvc.audit.chain import GENESIS, Act, ChainedEntry, canonical, link, verify

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def chain_of(n: int) -> list[ChainedEntry]:
    entries: list[ChainedEntry] = []
    previous = GENESIS
    for seq in range(1, n + 1):
        record = canonical(Act(AT, seq, "test.act", f"thing:{seq}", {"nội dung": "đ" * seq}))
        entries.append(link(seq, previous, record))
        previous = entries[-1].hash
    return entries


def head_of(entries: list[ChainedEntry]) -> tuple[int, str]:
    return (entries[-1].seq, entries[-1].hash) if entries else (0, GENESIS)


@given(st.integers(0, 30))
def test_an_untouched_chain_verifies(n: int):
    entries = chain_of(n)
    report = verify(entries, head_of(entries))
    assert (report.n_entries, report.first_bad_seq) == (n, None)


@given(st.integers(1, 20), st.data())
def test_an_altered_record_is_named(n: int, data: st.DataObject):
    entries = chain_of(n)
    at = data.draw(st.integers(0, n - 1))
    changed = [*entries]
    changed[at] = replace(entries[at], record=entries[at].record.replace("test", "tent"))
    report = verify(changed, head_of(entries))
    assert (report.first_bad_seq, report.reason) == (at + 1, "altered")


@given(st.integers(1, 20), st.data())
def test_a_record_altered_with_its_hash_shows_at_its_successor_or_the_head(n: int, data: st.DataObject):
    entries = chain_of(n)
    at = data.draw(st.integers(0, n - 1))
    changed = [*entries]
    changed[at] = link(at + 1, entries[at].prev_hash, "{}")
    assert verify(changed, head_of(entries)).first_bad_seq == at + 2


@given(st.integers(2, 20), st.data())
def test_a_deleted_entry_is_named(n: int, data: st.DataObject):
    entries = chain_of(n)
    at = data.draw(st.integers(0, n - 2))
    report = verify(entries[:at] + entries[at + 1 :], head_of(entries))
    assert (report.first_bad_seq, report.reason) == (at + 1, "missing")


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_cut_tail_shows_against_the_head(n: int, cut: int):
    entries = chain_of(n)
    kept = entries[: max(0, n - cut)]
    report = verify(kept, head_of(entries))
    assert (report.first_bad_seq, report.reason) == (len(kept) + 1, "truncated")


@given(st.integers(2, 20), st.data())
def test_swapped_entries_are_noticed(n: int, data: st.DataObject):
    entries = chain_of(n)
    at = data.draw(st.integers(0, n - 2))
    swapped = [*entries]
    swapped[at], swapped[at + 1] = entries[at + 1], entries[at]
    assert verify(swapped, head_of(entries)).first_bad_seq == at + 1


def test_renumbered_entries_are_noticed():
    first, second = chain_of(2)
    swapped = [replace(second, seq=1), replace(first, seq=2)]
    assert verify(swapped, (2, first.hash)).first_bad_seq == 1
