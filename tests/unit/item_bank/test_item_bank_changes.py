"""What has changed between two versions of an item, as its reviewer is told."""

from __future__ import annotations

from dataclasses import replace

from item_bank.changes import Change, Difference, differences, key_differences
from item_bank.interactions.asked import single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key
from item_bank.translation import Translation
from item_bank.wording import Wording, compose
from tests.every_interaction import EXAMPLES


def version(**changes: object):
    wording = Wording(
        "A1", "T01", "apply", "Hạn nộp là gì?", single_choice("2 giờ", "4 giờ"), Key(1, ("B",)), "Luật"
    )
    return compose(replace(wording, **changes), "1")


def only(found: tuple[Difference, ...]) -> Difference:
    assert len(found) == 1, found
    return found[0]


def test_the_same_twice_does_not_differ():
    for example in EXAMPLES.values():
        if example.picture:
            continue
        made = version(stem=example.stem, asked=example.asked, key=example.key)
        assert differences(made, made) == ()


def test_a_reworded_stem_is_told_word_by_word():
    found = only(differences(version(), version(stem="Hạn nộp hồ sơ là gì?")))
    assert found.part == "stem"
    assert [run.text for run in found.runs if run.change is Change.NEW] == [" hồ sơ"]
    assert not [run for run in found.runs if run.change is Change.GONE]


def test_an_option_that_was_only_moved_is_not_rewritten():
    moved = version(asked=single_choice("4 giờ", "2 giờ"), key=Key(1, ("A",)))
    assert differences(version(), moved) == ()


def test_an_added_and_a_removed_option_are_told_apart_from_a_reworded_one():
    longer = version(asked=single_choice("2 giờ", "4 giờ làm việc", "6 giờ"))
    found = {one.name: (one.old, one.new) for one in differences(version(), longer) if one.part == "option"}
    assert found == {"B": ("4 giờ", "4 giờ làm việc"), "C": (None, "6 giờ")}
    gone = {one.name: one.new for one in differences(longer, version()) if one.part == "option"}
    assert gone["C"] is None


def test_another_key_is_told_in_the_words_of_its_options():
    found = only(differences(version(), version(key=Key(1, ("A",)))))
    assert (found.part, found.old, found.new) == ("key", "4 giờ", "2 giờ")


def test_emphasis_alone_is_told_as_such():
    found = only(differences(version(), version(stem="Hạn nộp <b>là</b> gì?")))
    assert found.markup_only


def test_a_moved_gap_changes_the_stem():
    example = EXAMPLES[Interaction.GAP_MATCH]
    one = version(stem=example.stem, asked=example.asked, key=example.key)
    other = version(stem="Nộp [[P2]], rồi [[P1]].", asked=example.asked, key=example.key)
    assert "stem" in {found.part for found in differences(one, other)}


def test_a_new_english_wording_is_told_part_by_part():
    english = Translation("What is the time limit?", {"A": "2 hours", "B": "4 hours"})
    found = differences(version(), version(english=english))
    assert [(one.part, one.name, one.old) for one in found] == [
        ("english_stem", "", None),
        ("english_option", "A", None),
        ("english_option", "B", None),
    ]


def test_another_key_is_told_by_whole_options_however_alike_they_read():
    asked = single_choice("154.500 USD", "150.600 USD", "150.000 USD", "155.100 USD")
    found = only(key_differences(asked, Key(1, ("C",)), asked, Key(2, ("A",))))
    assert [(run.change, run.text) for run in found.runs] == [
        (Change.GONE, "150.000 USD"),
        (Change.NEW, "154.500 USD"),
    ]


def test_a_key_that_gives_other_credit_differs_though_it_accepts_the_same():
    asked, key = EXAMPLES[Interaction.ORDER].asked, EXAMPLES[Interaction.ORDER].key
    found = key_differences(asked, key, asked, replace(key, credit=Credit.WHOLE))
    assert [one.part for one in found] == ["credit"]
