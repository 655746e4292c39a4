"""The sample's authors' workbooks: an honest bank of every interaction, large enough to lay forms from."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import examsvc.sample
from examsvc.sample.bank import WORKBOOKS, list_sample_acts
from examsvc.sample.framework import TOPICS
from item_bank.enemies import enemy_pairs
from item_bank.formats.foreign import BankFacts, Fate
from item_bank.formats.recognition import read_any
from item_bank.intake import Intake, IntakeLine, Known, Taken, take_in
from item_bank.interactions.kinds import KINDS, Interaction
from item_bank.legal_basis import canonical_number, cited_numbers
from item_bank.math import formula_faults
from item_bank.media import read_picture, references
from item_bank.near_duplicates import near_duplicates
from item_bank.pool import Pool
from item_bank.stem import plain_text
from item_bank.taxonomy import CognitiveLevel

DATA = Path(examsvc.sample.__file__).parent / "data"
PRACTICE = "items_luyen_tap.xlsx"
FILES = [name for _author, name in WORKBOOKS if name != PRACTICE]
PICTURE = (DATA / "container_door.png").read_bytes()
PICTURES = {hashlib.sha256(PICTURE).hexdigest()}
LEVELS = (CognitiveLevel.RECALL, CognitiveLevel.APPLY, CognitiveLevel.SITUATION)
# three times what the largest paper of 60 takes of a topic, and of each of its levels (30, 50 and 20 percent)
CELLS = {
    "T01": (54, (15, 27, 12)),
    "T02": (42, (12, 21, 9)),
    "T03": (36, (12, 18, 6)),
    "T04": (24, (6, 12, 6)),
    "T05": (36, (12, 18, 6)),
    "T06": (60, (18, 30, 12)),
    "T07": (39, (12, 18, 9)),
    "T08": (60, (18, 30, 12)),
    "T09": (36, (12, 18, 6)),
    "T10": (6, (3, 3, 0)),
}


@cache
def intake_of(name: str) -> Intake:
    """A workbook held against a bank that has those before it."""
    before = [] if name == WORKBOOKS[0][1] else FILES[: FILES.index(name)] if name in FILES else FILES
    codes = {taken.item.code for earlier in before for taken in intake_of(earlier).taken}
    _form, bank = read_any(name, (DATA / name).read_bytes())
    return take_in(bank, Known({topic.code for topic in TOPICS}, codes, PICTURES), BankFacts(), "an")


@cache
def whole_bank() -> tuple[Taken, ...]:
    return tuple(taken for name in FILES for taken in intake_of(name).taken)


@cache
def choices() -> tuple[Taken, ...]:
    return tuple(row for row in whole_bank() if row.item.interaction is Interaction.SINGLE_CHOICE)


def texts(row: Taken) -> dict[str, str]:
    return {option.id: plain_text(option.content) for option in row.item.options}


def key_is_longest(row: Taken) -> bool:
    """Longer than every other option, as a candidate who guesses by length would see it."""
    lengths = {option: len(text) for option, text in texts(row).items()}
    key = lengths.pop(row.key.option_id)
    return key > max(lengths.values())


def wording(row: Taken) -> str:
    """What near-duplicates are sought by: items of a set share what stands before their question."""
    return " ".join([row.item.stem, *(place.content for place in row.item.asked.places)])


@pytest.mark.parametrize("name", [*FILES, PRACTICE])
def test_a_sample_workbook_is_taken_whole(name: str) -> None:
    lines: tuple[IntakeLine, ...] = intake_of(name).lines
    assert [(line.number, line.refused, line.lost) for line in lines if line.fate is not Fate.TAKEN] == []
    assert [line.number for line in lines if line.assumed] == []


def test_the_sample_bank_has_at_least_420_items_of_different_codes() -> None:
    assert len(whole_bank()) >= 420
    assert len({row.item.code for row in whole_bank()}) == len(whole_bank())


def test_the_sample_bank_has_items_of_every_interaction() -> None:
    counted = Counter(row.item.interaction for row in whole_bank())
    assert set(counted) == set(Interaction)
    assert counted[Interaction.SINGLE_CHOICE] <= 0.7 * len(whole_bank())


def test_some_items_share_a_stimulus_and_some_are_worded_in_english_too() -> None:
    sets = Counter(row.item.stimulus.code for row in whole_bank() if row.item.stimulus)
    assert len(sets) >= 5
    assert all(count >= 3 for count in sets.values())
    assert sum(row.item.english is not None for row in whole_bank()) >= 20
    shared = [row.item for row in whole_bank() if row.item.stimulus and row.item.stimulus.english]
    assert len(shared) >= 3
    assert all(item.english is not None for item in shared)


def test_every_single_choice_has_four_different_options() -> None:
    assert [row.item.code for row in choices() if len(set(texts(row).values())) != 4] == []


def test_every_item_names_its_basis_and_explains_its_key() -> None:
    bare = [row for row in whole_bank() if not row.item.legal_basis.strip() or not row.item.rationale.strip()]
    assert [row.item.code for row in bare] == []


def test_no_two_items_of_the_bank_read_alike_unless_they_are_enemies() -> None:
    bank = whole_bank()
    alike = near_duplicates([wording(row) for row in bank], 0.75)
    enemies = {pair for name in FILES for pair in enemies_of(name)}
    pairs = [tuple(sorted((bank[one].item.code, bank[other].item.code))) for one, other, _ in alike]
    assert [pair for pair in pairs if pair not in enemies] == []


def test_every_key_position_holds_a_fifth_to_three_tenths_of_the_keys() -> None:
    share = Counter(row.key.option_id for row in choices())
    assert set(share) == set("ABCD")
    assert all(0.20 <= count / len(choices()) <= 0.30 for count in share.values())


def test_the_key_is_the_longest_option_in_at_most_three_items_of_ten() -> None:
    longest = sum(key_is_longest(row) for row in choices())
    assert longest / len(choices()) <= 0.30


@pytest.mark.parametrize("topic", CELLS)
def test_the_bank_holds_three_times_what_the_largest_paper_takes_of_each_cell(topic: str) -> None:
    total, levels = CELLS[topic]
    marked = [row.item for row in whole_bank() if not KINDS[row.item.interaction].rated]
    held = Counter(item.cognitive_level for item in marked if item.topic == topic)
    assert held.total() >= total
    short = {
        level: (held[level], wanted)
        for level, wanted in zip(LEVELS, levels, strict=True)
        if held[level] < wanted
    }
    assert short == {}


def test_every_item_carries_its_authors_estimate_and_about_a_fifth_of_the_choices_are_hard() -> None:
    estimates = [row.item.judged_share for row in whole_bank()]
    assert all(share is not None and 0.25 < share < 1.0 for share in estimates)
    hard = sum(row.item.judged_share is not None and row.item.judged_share <= 0.50 for row in choices())
    assert 0.15 <= hard / len(choices()) <= 0.30


def test_the_sample_shows_a_formula_a_picture_and_a_table() -> None:
    stems = [row.item.stem for row in whole_bank()]
    assert any(r"\frac" in stem and not formula_faults(stem) for stem in stems)
    assert {sha256 for stem in stems for sha256 in references(stem)} == PICTURES
    assert any("<caption>" in stem and 'scope="col"' in stem for stem in stems)
    assert read_picture(PICTURE).mime == "image/png"


def test_practice_items_are_a_workbook_of_their_own() -> None:
    assert {row.item.pool for row in whole_bank()} == {Pool.OPERATIONAL}
    assert {row.item.pool for row in intake_of(PRACTICE).taken} == {Pool.PRACTICE}


def test_every_topic_can_be_practised_with_basis_and_rationale() -> None:
    rows = intake_of(PRACTICE).taken
    assert Counter(row.item.topic for row in rows) == dict.fromkeys(CELLS, 2)
    assert all(row.item.legal_basis and row.item.rationale for row in rows)
    assert set(Counter(row.key.option_id for row in rows).values()) == {5}


def test_practice_gives_no_item_of_an_exam_away() -> None:
    exams, practice = whole_bank(), intake_of(PRACTICE).taken
    stems = [row.item.stem for row in (*exams, *practice)]
    alike = near_duplicates(stems, 0.65)
    assert [pair for pair in alike if pair[0] < len(exams) <= pair[1]] == []


def enemies_of(name: str) -> frozenset[tuple[str, str]]:
    return enemy_pairs({row.item.code: row.enemies for row in intake_of(name).taken})


def test_enemies_are_in_the_bank_when_they_are_named() -> None:
    held: set[str] = set()
    for name in FILES:
        held |= {row.item.code for row in intake_of(name).taken}
        assert {code for pair in enemies_of(name) for code in pair} <= held


def test_every_act_that_an_item_cites_is_registered_once_in_its_spelling():
    rows = [*whole_bank(), *intake_of(PRACTICE).taken]
    cited = {number for row in rows for number in cited_numbers(row.item.legal_basis)}
    registered = [facts.number for facts in list_sample_acts()]
    assert sorted(registered) == sorted(cited)
    assert [canonical_number(number) for number in registered] == registered
