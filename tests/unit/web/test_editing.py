"""The item's form and the wording it makes, for every interaction: no page, no database."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examsvc.web.author.editing.faults import blanks, fault_of
from examsvc.web.author.editing.keys import corrected
from examsvc.web.author.editing.keys import fields_of as key_fields
from examsvc.web.author.editing.parts import english_of, key_of, parts_of
from examsvc.web.author.editing.reading import typed_of
from examsvc.web.author.editing.rows import acted, blank, in_kind
from examsvc.web.author.editing.showing import is_lossy, shown
from examsvc.web.author.editing.trying import response_of, tried
from examsvc.web.author.editing.typed import Typed, TypedOption, TypedPlace, settled
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key, Weights, check_key
from item_bank.item import ItemVersion
from item_bank.media import reference
from item_bank.wording import Wording, compose
from tests.every_interaction import EXAMPLES
from tests.item_forms import fields_of

PICTURE = reference("0" * 64, "Thùng hàng")
EVERY = pytest.mark.parametrize("interaction", list(Interaction), ids=lambda one: one.value)
NO_KEY = {Interaction.ESSAY, Interaction.PRACTICAL}


def composed(interaction: Interaction) -> tuple[ItemVersion, Key]:
    example = EXAMPLES[interaction]
    stem = example.stem.replace("{picture}", PICTURE)
    return compose(Wording("A1", "T01", "apply", stem, example.asked, example.key, "Luật"), "1")


def made(typed: Typed) -> tuple[ItemVersion, Key]:
    parts = parts_of(typed)
    english = english_of(typed, parts, "")
    return compose(
        Wording("A1", "T01", "apply", typed.stem, parts.asked, key_of(typed, parts), "Luật", english=english),
        "1",
    )


def refused(typed: Typed) -> tuple[str, str]:
    """Field and code of what the library refuses."""
    parts = None
    with pytest.raises(InvalidItem) as caught:  # noqa: PT012 - the parts are wanted for the field
        parts = parts_of(typed)
        made(typed)
    fault = fault_of(caught.value, typed, parts)
    return fault.field, fault.code


def refusal_of(typed: Typed) -> str | None:
    """The code of what the library refuses, if it refuses anything."""
    parts = None
    try:
        parts = parts_of(typed)
        made(typed)
    except InvalidItem as error:
        return fault_of(error, typed, parts).code
    return None


@EVERY
def test_fields_make_the_wording_of_the_example(interaction: Interaction):
    assert made(typed_of(fields_of(interaction, PICTURE))) == composed(interaction)


@EVERY
def test_a_stored_item_is_shown_so_that_it_is_stored_as_it_was(interaction: Interaction):
    item, key = composed(interaction)
    assert not is_lossy(item, key)
    assert made(shown(item, key)) == (item, key)


@EVERY
def test_a_new_form_has_blanks_and_no_more_rows_than_the_kind_allows(interaction: Interaction):
    typed = blank(interaction)
    assert len(typed.options) <= typed.kind.options[1]
    assert len(typed.places) <= typed.kind.places[1]
    assert bool(blanks(typed)) is (
        interaction not in NO_KEY | {Interaction.TRUE_FALSE} and not typed.kind.in_stem
    )


@EVERY
def test_the_right_response_earns_the_whole_mark_when_it_is_tried(interaction: Interaction):
    item, key = composed(interaction)
    response = response_of(item.asked, key_fields(item.asked, key)) or (key.accepted or ("",))[0]
    found = tried(item.asked, key, response)
    assert (found is None) is (interaction in NO_KEY)
    assert found is None or found.share == 1
    assert found is None or all(part.standing == "right" for part in found.parts)


@EVERY
def test_a_key_shown_for_correction_and_left_alone_is_the_same(interaction: Interaction):
    item, key = composed(interaction)
    fields = {**fields_of(interaction), **key_fields(item.asked, key)}
    assert check_key(item.asked, corrected(item.asked, fields)) == key


def test_changing_the_kind_keeps_stem_and_options():
    typed = typed_of(fields_of(Interaction.MULTIPLE_RESPONSE))
    for interaction in (Interaction.SINGLE_CHOICE, Interaction.ORDER, Interaction.GAP_MATCH):
        other = in_kind(typed, interaction)
        assert other.stem == typed.stem
        assert [option.content for option in other.options][:3] == ["Hóa đơn", "Thực đơn", "Vận đơn"]
    single = in_kind(typed, Interaction.SINGLE_CHOICE)
    assert sum(option.right for option in single.options) == 1


def test_the_words_of_marks_stay_where_the_new_kind_has_none():
    typed = in_kind(typed_of(fields_of(Interaction.HOTTEXT)), Interaction.ESSAY)
    assert typed.stem == "Tìm từ sai: cơ quan hải quan miễn trừ mọi hàng hóa."


def test_pairs_become_options_where_there_are_none():
    typed = in_kind(typed_of(fields_of(Interaction.MATCH)), Interaction.SINGLE_CHOICE)
    assert [option.content for option in typed.options][:3] == ["A11", "E21", "G51"]


def test_rows_come_go_and_move_with_what_was_typed_in_them():
    typed = typed_of(fields_of(Interaction.SINGLE_CHOICE))
    longer, focus = acted(typed, "add:option")
    assert (len(longer.options), focus) == (4, "option_d")
    moved, focus = acted(typed, "down:option:a")
    assert [option.content for option in moved.options] == ["04 giờ", "02 giờ", "06 giờ"]
    assert ([option.right for option in moved.options], focus) == ([True, False, False], "down-option-b")
    fewer, _focus = acted(typed, "remove:option:a")
    assert [(option.id, option.content) for option in fewer.options] == [("A", "04 giờ"), ("B", "06 giờ")]
    assert fewer.options[0].right


@given(st.text(max_size=24), st.sampled_from(list(Interaction)))
def test_a_button_that_there_is_not_changes_nothing(act: str, interaction: Interaction):
    typed = blank(interaction)
    if act.partition(":")[0] not in {"kind", "add", "remove", "up", "down", "gap"}:
        assert acted(typed, act) == (typed, "")


NAMES = st.sampled_from(
    (
        "stem",
        "key",
        "option_a",
        "option_zz",
        "of_a",
        "place_p1",
        "place_p99",
        "right_p1",
        "pair_p2",
        "shape_p1",
        "area_p1_1",
        "points_p1",
        "accepted_1",
        "criterion_1",
        "points_1",
        "credit",
        "at_most",
        "tolerance",
    )
)
FIELDS = st.dictionaries(NAMES, st.lists(st.text(max_size=12), min_size=1, max_size=3), max_size=12)


@given(FIELDS, st.sampled_from(list(Interaction)), st.sampled_from(["", "add:option", "gap", "kind:match"]))
def test_whatever_a_browser_sends_is_a_form_or_is_refused_at_a_field(
    fields: dict[str, list[str]], interaction: Interaction, act: str
):
    typed, _focus = acted(typed_of({**fields, "interaction": [interaction.value]}), act)
    refusal = refusal_of(typed)
    assert refusal is None or refusal.isupper()


def test_the_same_option_for_two_places_is_one_option_and_any_may_be_put_twice():
    fields = fields_of(Interaction.MATCH) | {"pair_p2": ["a11"]}
    asked = parts_of(typed_of(fields)).asked
    assert [option.content for option in asked.options] == ["A11", "G51"]
    assert {option.at_most for option in asked.options} == {None}
    item, key = made(typed_of(fields))
    assert made(shown(item, key)) == (item, key)


def test_two_options_for_the_same_place_are_one_place_that_takes_several():
    fields = fields_of(Interaction.MATCH) | {"place_p2": ["Nhập kinh doanh"]}
    item, key = made(typed_of(fields))
    assert [place.at_most for place in item.asked.places] == [None]
    assert made(shown(item, key)) == (item, key)


def test_a_gap_that_has_gone_from_the_stem_keeps_what_was_typed_and_is_told():
    typed = typed_of(fields_of(Interaction.INLINE_CHOICE) | {"stem": ["Luồng xanh là [[P1]]."]})
    assert typed.orphans == ("P2",)
    assert [option.content for option in typed.options_of("P2")] == ["kiểm tra thực tế", "miễn kiểm tra"]
    assert refused(typed) == ("stem", "OPTION_OF_NO_PLACE")


def test_a_gap_gets_a_row_and_a_number_is_a_name():
    typed = typed_of({"interaction": ["inline_choice"], "stem": ["Luồng [[1]] và [[P2]]"]})
    assert [place.id for place in typed.places] == ["P1", "P2"]
    assert [len(typed.options_of(place.id)) for place in typed.places] == [2, 2]
    assert acted(typed, "gap")[0].stem == "Luồng [[P1]] và [[P2]] [[P3]]"


@pytest.mark.parametrize(
    ("interaction", "changes", "field", "code"),
    [
        ("multiple_response", {"key": []}, "key", "KEY_MISSING"),
        ("multiple_response", {"at_most": ["không"]}, "at_most", "INVALID_LIMIT"),
        ("multiple_response", {"at_most": ["1"]}, "key", "KEY_NO_RESPONSE"),
        ("multiple_response", {"option_c": ["hóa  đơn"]}, "option_c", "DUPLICATE_OPTION"),
        ("numeric", {"tolerance": ["ít"]}, "tolerance", "INVALID_TOLERANCE"),
        ("numeric", {"accepted_1": ["mười"]}, "accepted_1", "KEY_NO_RESPONSE"),
        ("numeric", {"accepted_1": ["1.234"]}, "accepted_1", "KEY_AMBIGUOUS"),
        ("order", {"option_d": ["khai"]}, "option_d", "DUPLICATE_OPTION"),
        ("statements", {"place_p5": ["x"], "right_p5": ["A"]}, "credit", "CREDIT_UNFIT"),
        ("hotspot", {"stem": ["Ở đâu?"]}, "stem", "NO_PICTURE"),
        ("hotspot", {"area_p1_3": [""]}, "area_p1", "PLACE_WITHOUT_AREA"),
        ("hotspot", {"area_p1_3": ["0"]}, "area_p1", "INVALID_AREA"),
        ("hottext", {"stem": ["Không có từ nào"]}, "places", "WRONG_NUMBER_OF_PLACES"),
        ("gap_match", {"stem": ["[[P1]] [[P2]] [[P1]]"]}, "stem", "MARK_TWICE"),
        ("single_choice", {"stem": ["Điền [[P1]]"]}, "stem", "MARK_OF_NO_PLACE"),
        ("essay", {"points_1": ["101"]}, "points_1", "INVALID_POINTS"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    interaction: str, changes: dict[str, list[str]], field: str, code: str
):
    found = refused(typed_of({**fields_of(Interaction(interaction), PICTURE), **changes}))
    assert found[1] == code
    if code == "DUPLICATE_OPTION" and interaction == "order":
        assert found[0] in {"option_a", "option_d"}  # whichever the bank keeps second
    else:
        assert found[0] == field


def test_every_blank_row_is_told_at_once():
    fields = fields_of(Interaction.MATCH) | {"place_p1": [" "], "pair_p2": [""], "english": ["y"]}
    found = {(fault.field, fault.code) for fault in blanks(typed_of(fields))}
    assert {("place_p1", "MISSING_CELL"), ("pair_p2", "MISSING_CELL")} <= found
    assert ("english_stem", "TRANSLATION_INCOMPLETE") in found
    assert ("english_pair_p1", "TRANSLATION_INCOMPLETE") in found


def test_the_english_wording_goes_with_its_parts():
    fields = fields_of(Interaction.GAP_MATCH) | {
        "english": ["y"],
        "english_stem": ["Pay [[P1]] before [[P2]]."],
        "english_pair_p1": ["duty"],
        "english_pair_p2": ["clearance"],
        "english_option_c": ["fine"],
    }
    item, key = made(typed_of(fields))
    assert item.english is not None
    both = {one.content: item.english.options[one.id] for one in item.options}
    assert both == {"thuế": "duty", "thông quan": "clearance", "phạt": "fine"}
    assert made(shown(item, key)) == (item, key)


def test_a_key_that_the_form_cannot_write_is_said_to_be_lost():
    item, _key = composed(Interaction.MULTIPLE_RESPONSE)
    weights = Weights({"A": Fraction(1), "C": Fraction(1, 2)}, best=Fraction(3, 2))
    assert is_lossy(item, Key(1, ("A C",), Credit.WEIGHTS, weights=weights))
    choice = replace(item, asked=single_choice("02 giờ", "04 giờ"))
    assert is_lossy(choice, Key(1, ("A", "B")))


def test_a_response_right_in_part_is_told_part_by_part():
    asked, key = EXAMPLES[Interaction.MULTIPLE_RESPONSE].asked, EXAMPLES[Interaction.MULTIPLE_RESPONSE].key
    found = tried(asked, key, "A B")
    assert found is not None
    assert found.share == 0  # a wrong one takes a share away
    assert [(part.option, part.standing) for part in found.parts] == [
        ("A", "right"),
        ("B", "wrong"),
        ("C", "missed"),
    ]


def test_a_response_that_is_none_says_why():
    asked, key = EXAMPLES[Interaction.NUMERIC].asked, EXAMPLES[Interaction.NUMERIC].key
    found = tried(asked, key, "mười hai")
    assert found is not None
    assert (found.fault, found.share) == ("NOT_A_NUMBER", 0)


def test_rows_of_two_places_keep_their_own_choices():
    typed = settled(
        Typed(
            Interaction.INLINE_CHOICE,
            "[[P1]] [[P2]]",
            options=(TypedOption("A", "x", place="P1"), TypedOption("B", "y", place="P2")),
            places=(TypedPlace("P1"), TypedPlace("P2")),
        )
    )
    longer, focus = acted(typed, "add:option:p1")
    assert [option.place for option in longer.options] == ["P1", "P1", "P2"]
    assert focus == "option_b"
