"""What a program sees in the items of each interaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key
from item_bank.quality import Fault, check_item
from item_bank.wording import Wording, compose
from tests.every_interaction import EXAMPLES, Example

KIND_FAULTS = frozenset(Fault) - {Fault.KEY_IS_LONGEST, Fault.BROKEN_FORMULA}


def faults(example: Example, **changes: object) -> set[Fault]:
    wording = Wording("A1", "T01", "apply", example.stem, example.asked, example.key, "Luật Hải quan 2014")
    item, key = compose(replace(wording, **changes), "1")
    return {finding.fault for finding in check_item(item, key)}


@pytest.mark.parametrize("interaction", [one for one in Interaction if one is not Interaction.HOTSPOT])
def test_a_sound_example_has_no_fault_of_its_kind(interaction: Interaction):
    assert not faults(EXAMPLES[interaction]) & KIND_FAULTS


def test_a_multiple_response_of_which_everything_is_right():
    key = Key(1, ("A B C",), Credit.WHOLE)
    example = EXAMPLES[Interaction.MULTIPLE_RESPONSE]
    assert Fault.ALL_ARE_RIGHT in faults(example, key=key, asked=replace(example.asked, at_most=None))


@pytest.mark.parametrize("word", ["A", "B"])
def test_statements_that_are_all_alike(word: str):
    key = Key(1, (" ".join(f"{word}>P{n}" for n in range(1, 5)),), Credit.STATEMENTS)
    assert Fault.STATEMENTS_ALIKE in faults(EXAMPLES[Interaction.STATEMENTS], key=key)


def test_an_order_of_two_steps():
    asked = Asked(Interaction.ORDER, (Option("A", "Khai"), Option("B", "Thông quan")))
    assert Fault.ORDER_OF_TWO in faults(EXAMPLES[Interaction.ORDER], asked=asked, key=Key(1, ("A B",)))


def test_as_many_options_as_gaps_unless_they_may_be_put_down_again():
    example = EXAMPLES[Interaction.GAP_MATCH]
    few = replace(example.asked, options=example.asked.options[:2])
    assert Fault.NO_SPARE_OPTION in faults(example, asked=few)
    again = replace(few, options=tuple(replace(option, at_most=None) for option in few.options))
    assert Fault.NO_SPARE_OPTION not in faults(example, asked=again)


def test_the_right_choice_that_is_always_the_longest():
    asked = Asked(
        Interaction.INLINE_CHOICE,
        (
            Option("A", "miễn kiểm tra thực tế", "P1"),
            Option("B", "kiểm tra", "P1"),
            Option("C", "kiểm tra thực tế hàng", "P2"),
            Option("D", "miễn", "P2"),
        ),
        (Place("P1"), Place("P2")),
    )
    example = EXAMPLES[Interaction.INLINE_CHOICE]
    assert Fault.KEYS_ARE_LONGEST in faults(example, asked=asked, key=Key(1, ("A>P1 C>P2",)))
    assert Fault.KEYS_ARE_LONGEST not in faults(example, asked=asked, key=Key(1, ("A>P1 D>P2",)))


def test_a_rubric_that_is_missing_or_does_not_sum_to_a_hundred():
    example = EXAMPLES[Interaction.ESSAY]
    assert Fault.NO_RUBRIC in faults(example, key=Key(1, ()))
    assert Fault.RUBRIC_SUM in faults(example, key=Key(1, (), rubric=(Criterion("Nêu căn cứ", 60),)))


def test_long_sentences_and_long_stems_are_told_apart():
    example = EXAMPLES[Interaction.SINGLE_CHOICE]
    sentence = " ".join(["hàng"] * 46)
    assert faults(example, stem=f"{sentence}.") & KIND_FAULTS == {Fault.LONG_SENTENCES}
    many = ". ".join([" ".join(["hàng"] * 20)] * 9)
    assert faults(example, stem=many) & KIND_FAULTS == {Fault.LONG_STEM}
