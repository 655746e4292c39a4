"""The sample's authors' workbooks: an honest bank, large and even enough to lay forms from."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import examsvc.sample
from examsvc.sample.bank import list_sample_acts
from item_bank.formats.report import ImportedItem, ImportReport
from item_bank.formats.xlsx import read_items
from item_bank.legal_basis import canonical_number, cited_numbers
from item_bank.math import formula_faults
from item_bank.media import read_picture, references
from item_bank.near_duplicates import near_duplicates
from item_bank.pool import Pool
from item_bank.stem import plain_text
from item_bank.taxonomy import CognitiveLevel

DATA = Path(examsvc.sample.__file__).parent / "data"
AUTHORS = ("ban_de_1", "ban_de_2")
PRACTICE = "luyen_tap"
PICTURE = (DATA / "container_door.png").read_bytes()
PICTURES = {hashlib.sha256(PICTURE).hexdigest()}
# topic: items that must be there to recall, to apply, to judge a situation
CELLS = {
    "T01": (11, 15, 7),
    "T02": (7, 10, 6),
    "T03": (6, 12, 6),
    "T04": (5, 8, 4),
    "T05": (6, 13, 5),
    "T06": (12, 14, 7),
    "T07": (7, 10, 7),
    "T08": (10, 13, 10),
    "T09": (6, 12, 5),
    "T10": (4, 4, 2),
}
LEVELS = (CognitiveLevel.RECALL, CognitiveLevel.APPLY, CognitiveLevel.SITUATION)


@cache
def report_of(author: str) -> ImportReport:
    data = (DATA / f"items_{author}.xlsx").read_bytes()
    return read_items(data, known_topics=CELLS, known_media=PICTURES, author=author)


@cache
def whole_bank() -> tuple[ImportedItem, ...]:
    return tuple(row for author in AUTHORS for row in report_of(author).rows)


def texts(row: ImportedItem) -> dict[str, str]:
    return {option.id: plain_text(option.content) for option in row.item.options}


def key_is_longest(row: ImportedItem) -> bool:
    """Longer than every other option, as a candidate who guesses by length would see it."""
    lengths = {option: len(text) for option, text in texts(row).items()}
    key = lengths.pop(row.key.option_id)
    return key > max(lengths.values())


@pytest.mark.parametrize("author", [*AUTHORS, PRACTICE])
def test_a_sample_workbook_is_imported_without_a_problem(author: str) -> None:
    report = report_of(author)
    assert report.ok
    assert report.problems == ()
    assert len(report.rows) == report.rows_read


def test_the_sample_bank_has_at_least_220_items_of_different_codes() -> None:
    assert len(whole_bank()) >= 220
    assert len({row.item.code for row in whole_bank()}) == len(whole_bank())


def test_every_item_has_four_different_options() -> None:
    assert [row.item.code for row in whole_bank() if len(set(texts(row).values())) != 4] == []


def test_every_item_names_its_basis_and_explains_its_key() -> None:
    bare = [row for row in whole_bank() if not row.item.legal_basis.strip() or not row.item.rationale.strip()]
    assert [row.item.code for row in bare] == []


def test_no_two_stems_of_the_bank_are_near_duplicates() -> None:
    bank = whole_bank()
    alike = near_duplicates([row.item.stem for row in bank], 0.65)
    assert [(bank[one].item.code, bank[other].item.code) for one, other, _ in alike] == []


def test_every_key_position_holds_a_fifth_to_three_tenths_of_the_keys() -> None:
    share = Counter(row.key.option_id for row in whole_bank())
    assert set(share) == set("ABCD")
    assert all(0.20 <= count / len(whole_bank()) <= 0.30 for count in share.values())


def test_the_key_is_the_longest_option_in_at_most_three_items_of_ten() -> None:
    longest = sum(key_is_longest(row) for row in whole_bank())
    assert longest / len(whole_bank()) <= 0.30


@pytest.mark.parametrize("topic", CELLS)
def test_every_cell_of_the_framework_is_filled(topic: str) -> None:
    held = Counter(row.item.cognitive_level for row in whole_bank() if row.item.topic == topic)
    short = {
        level: held[level] for level, wanted in zip(LEVELS, CELLS[topic], strict=True) if held[level] < wanted
    }
    assert short == {}


def test_every_item_carries_its_authors_estimate_and_about_a_fifth_are_hard() -> None:
    shares = [row.item.judged_share for row in whole_bank()]
    assert all(share is not None and 0.25 < share < 1.0 for share in shares)
    hard = sum(share is not None and share <= 0.50 for share in shares)
    assert 0.15 <= hard / len(shares) <= 0.30


def test_the_sample_shows_a_formula_a_picture_and_a_table() -> None:
    stems = [row.item.stem for row in whole_bank()]
    assert any(r"\frac" in stem and not formula_faults(stem) for stem in stems)
    assert {sha256 for stem in stems for sha256 in references(stem)} == PICTURES
    assert any("<caption>" in stem and 'scope="col"' in stem for stem in stems)
    assert read_picture(PICTURE).mime == "image/png"


def test_practice_items_are_a_workbook_of_their_own() -> None:
    assert {row.item.pool for row in whole_bank()} == {Pool.OPERATIONAL}
    assert {row.item.pool for row in report_of(PRACTICE).rows} == {Pool.PRACTICE}


def test_every_topic_can_be_practised_with_basis_and_rationale() -> None:
    rows = report_of(PRACTICE).rows
    assert Counter(row.item.topic for row in rows) == dict.fromkeys(CELLS, 2)
    assert all(row.item.legal_basis and row.item.rationale for row in rows)
    assert set(Counter(row.key.option_id for row in rows).values()) == {5}


def test_practice_gives_no_item_of_an_exam_away() -> None:
    exams, practice = whole_bank(), report_of(PRACTICE).rows
    stems = [row.item.stem for row in (*exams, *practice)]
    alike = near_duplicates(stems, 0.65)
    assert [pair for pair in alike if pair[0] < len(exams) <= pair[1]] == []


def test_enemies_stand_in_one_authors_workbook() -> None:
    for author in AUTHORS:
        own = {row.item.code for row in report_of(author).rows}
        assert {code for pair in report_of(author).enemy_pairs for code in pair} <= own


def test_every_act_that_an_item_cites_is_registered_once_in_its_spelling():
    rows = [*whole_bank(), *report_of(PRACTICE).rows]
    cited = {number for row in rows for number in cited_numbers(row.item.legal_basis)}
    registered = [facts.number for facts in list_sample_acts()]
    assert sorted(registered) == sorted(cited)
    assert [canonical_number(number) for number in registered] == registered
