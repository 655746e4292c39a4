"""What becomes of each item of a file, before anything is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from item_bank.formats.foreign import BankFacts, Fate, ForeignBank, ForeignItem, Remark
from item_bank.intake import Intake, Known, take_in
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.taxonomy import CognitiveLevel

SAID = BankFacts("T01-7", "T01", CognitiveLevel.APPLY, "Luật Hải quan 2014")
ITEM = ForeignItem("Câu 1", "Bao lâu?", single_choice("02 giờ", "04 giờ"), Key(1, ("B",)), facts=SAID)
KNOWN = Known({"T01", "T02"}, {"T01-5", "T01-012"})
NOTHING = BankFacts()


def intake(*items: ForeignItem, answers: BankFacts = NOTHING, known: Known = KNOWN) -> Intake:
    return take_in(ForeignBank(items), known, answers, "an")


def fates(found: Intake) -> list[str]:
    return [line.refused.code if line.refused else line.fate.value for line in found.lines]


def test_an_item_that_says_everything_is_taken_as_it_is():
    [line] = intake(ITEM).lines
    assert line.fate is Fate.TAKEN
    assert line.taken is not None
    assert (line.taken.item.code, line.taken.item.author, line.assumed) == ("T01-7", "an", ())


def test_what_the_file_does_not_say_is_asked_for_and_then_marked_as_assumed():
    silent = replace(ITEM, facts=BankFacts())
    found = intake(silent, ITEM)
    assert (found.lines[0].refused, found.unsaid) == (
        Remark("FACT_MISSING", {"field": "topic"}),
        {"topic": 1, "cognitive_level": 1, "legal_basis": 1},
    )
    answers = BankFacts(topic="T02", cognitive_level=CognitiveLevel.RECALL, legal_basis="Luật A")
    [line, own] = intake(silent, ITEM, answers=answers).lines
    assert line.taken is not None
    assert (line.taken.item.topic, line.assumed) == (
        "T02",
        (*("topic", "cognitive_level", "legal_basis"), "code"),
    )
    assert own.taken is not None
    assert (own.taken.item.topic, own.assumed) == ("T01", ())


def test_made_up_codes_go_on_from_the_highest_number_there_is():
    silent = replace(ITEM, facts=replace(SAID, code=None))
    lines = intake(silent, replace(ITEM, facts=replace(SAID, code="T01-020")), silent).lines
    assert [line.taken and line.taken.item.code for line in lines] == ["T01-021", "T01-020", "T01-022"]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([ITEM, replace(ITEM, facts=replace(SAID, code="t01-7"))], ["CODE_TWICE", "CODE_TWICE"]),
        ([replace(ITEM, facts=replace(SAID, code="t01-5"))], ["CODE_IN_BANK"]),
        ([replace(ITEM, facts=replace(SAID, topic="T09"))], ["UNKNOWN_TOPIC"]),
        ([replace(ITEM, facts=replace(SAID, code="hai từ"))], ["INVALID_CODE"]),
        ([replace(ITEM, stem='Xem <img src="media:' + "0" * 64 + '" alt="Hình">')], ["UNKNOWN_MEDIA"]),
        ([replace(ITEM, asked=single_choice("04 giờ", "04  giờ"))], ["DUPLICATE_OPTION"]),
        ([replace(ITEM, lost=(Remark("FONT_LOST"),))], ["degraded"]),
        ([ForeignItem("Câu 9", refused=Remark("NO_KEY"))], ["NO_KEY"]),
    ],
)
def test_each_fault_refuses_its_item_with_the_reason(items: list[ForeignItem], expected: list[str]):
    assert fates(intake(*items)) == expected


def test_a_refused_item_refuses_those_that_name_it_as_an_enemy_and_so_on():
    def enemy_of(code: str, enemy: str) -> ForeignItem:
        return replace(ITEM, facts=replace(SAID, code=code, enemies=(enemy,)))

    chain = [enemy_of("T01-31", "T01-32"), enemy_of("T01-32", "T01-33"), enemy_of("T01-33", "T01-99")]
    assert fates(intake(*chain)) == ["UNKNOWN_ENEMY"] * 3
    sound = intake(enemy_of("T01-31", "t01-32"), enemy_of("T01-32", "T01-5"), enemy_of("T01-33", "T01-33"))
    assert fates(sound) == ["taken", "taken", "SELF_ENEMY"]
    assert sound.taken[0].enemies == ("T01-32",)


def test_progress_ends_at_the_whole_and_whoever_raises_there_stops_it():
    said: list[tuple[int, int]] = []
    many = [replace(ITEM, facts=replace(SAID, code=f"A-{n}")) for n in range(450)]
    take_in(ForeignBank(tuple(many)), KNOWN, NOTHING, "an", lambda done, total: said.append((done, total)))
    assert said == [(200, 450), (400, 450), (450, 450)]

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(ForeignBank(tuple(many)), KNOWN, NOTHING, "an", stop)
