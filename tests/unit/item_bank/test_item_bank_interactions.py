"""What each interaction is made of, how its responses are written, and what they earn."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.interactions.asked import Area, Asked, Option, Place, check_stem, marks_in
from item_bank.interactions.kinds import KINDS, Interaction
from item_bank.interactions.marking import Credit, Key, Weights, check_key, share
from item_bank.interactions.responses import read_response, readings

FOUR = tuple(Option(id_, f"Phương án {id_}") for id_ in "ABCD")
TRUE_OR_FALSE = (Option("T", "Đúng", at_most=None), Option("F", "Sai", at_most=None))
STATEMENTS = Asked(
    Interaction.STATEMENTS, TRUE_OR_FALSE, tuple(Place(id_, f"Mệnh đề {id_}") for id_ in "abcd")
)
SINGLE = Asked(Interaction.SINGLE_CHOICE, FOUR)
SEVERAL = Asked(Interaction.MULTIPLE_RESPONSE, FOUR)
ORDER = Asked(Interaction.ORDER, FOUR)
MATCH = Asked(Interaction.MATCH, FOUR[:3], (Place("x", "X"), Place("y", "Y"), Place("z", "Z")))
NUMBER = Asked(Interaction.NUMERIC)
TEXT = Asked(Interaction.SHORT_TEXT)
INLINE = Asked(
    Interaction.INLINE_CHOICE,
    (Option("a", "5", "g1"), Option("b", "10", "g1"), Option("c", "ngày", "g2"), Option("d", "giờ", "g2")),
    (Place("g1"), Place("g2")),
)


def key(*accepted: str, **rest: object) -> Key:
    return Key(1, accepted, **rest)  # type: ignore[arg-type]


def test_every_interaction_has_its_row():
    assert set(KINDS) == set(Interaction)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"interaction": Interaction.SINGLE_CHOICE, "options": FOUR[:1]}, "WRONG_NUMBER_OF_OPTIONS"),
        ({"interaction": Interaction.TRUE_FALSE, "options": FOUR}, "WRONG_NUMBER_OF_OPTIONS"),
        ({"interaction": Interaction.NUMERIC, "options": FOUR}, "WRONG_NUMBER_OF_OPTIONS"),
        ({"interaction": Interaction.MATCH, "options": FOUR}, "WRONG_NUMBER_OF_PLACES"),
        ({"interaction": Interaction.SINGLE_CHOICE, "options": (*FOUR, FOUR[0])}, "OPTION_ID_TWICE"),
        ({"interaction": Interaction.SINGLE_CHOICE, "options": (*FOUR, Option("a>b", ""))}, "INVALID_ID"),
        (
            {"interaction": Interaction.MATCH, "options": FOUR, "places": (Place("x"), Place("x"))},
            "PLACE_ID_TWICE",
        ),
        (
            {"interaction": Interaction.MATCH, "options": (Option("A", "", "x"),), "places": (Place("x"),)},
            "OPTION_OF_NO_PLACE",
        ),
        (
            {"interaction": Interaction.INLINE_CHOICE, "options": INLINE.options, "places": (Place("g1"),)},
            "OPTION_OF_NO_PLACE",
        ),
        (
            {
                "interaction": Interaction.INLINE_CHOICE,
                "options": INLINE.options[:3],
                "places": INLINE.places,
            },
            "PLACE_WITHOUT_OPTIONS",
        ),
        ({"interaction": Interaction.HOTSPOT, "places": (Place("x"), Place("y"))}, "PLACE_WITHOUT_AREA"),
        ({"interaction": Interaction.MULTIPLE_RESPONSE, "options": FOUR, "at_most": 0}, "INVALID_LIMIT"),
    ],
)
def test_parts_that_do_not_make_an_item_are_named(parts, code):
    with pytest.raises(InvalidItem) as refusal:
        Asked(**parts)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("shape", "coords"),
    [
        ("rect", (10, 10, 10, 20)),
        ("rect", (1, 2, 3)),
        ("circle", (5, 5, 0)),
        ("poly", (0, 0, 5, 5)),
        ("poly", (0, 0, 5, 5, 9)),
        ("ellipse", (1, 1, 2, 2)),
        ("rect", (-1, 0, 5, 5)),
    ],
)
def test_an_area_nobody_could_hit_is_refused(shape, coords):
    with pytest.raises(InvalidItem) as refusal:
        Area(shape, coords)
    assert refusal.value.code == "INVALID_AREA"


def test_places_stand_in_the_stem_once_each():
    stem = "Nộp trong [[g1]] [[g2]] kể từ ngày đăng ký"
    check_stem(INLINE, stem)
    assert marks_in("Từ [[h1:sai]] và [[h2:đúng]]") == [("h1", "sai"), ("h2", "đúng")]
    for wrong, code in (
        ("Nộp trong [[g1]]", "PLACE_NOT_IN_STEM"),
        (f"{stem} [[g1]]", "MARK_TWICE"),
        (f"{stem} [[g3]]", "MARK_OF_NO_PLACE"),
    ):
        with pytest.raises(InvalidItem) as refusal:
            check_stem(INLINE, wrong)
        assert refusal.value.code == code
    with pytest.raises(InvalidItem):
        check_stem(SINGLE, stem)


@pytest.mark.parametrize(
    ("asked", "written", "spelling"),
    [
        (SINGLE, "C", "C"),
        (SEVERAL, "C A", "A C"),
        (ORDER, "C A D B", "C A D B"),
        (MATCH, "B>z A>x", "A>x B>z"),
        (STATEMENTS, "T>d F>a T>b", "F>a T>b T>d"),
        (INLINE, "d>g2 b>g1", "b>g1 d>g2"),
        (NUMBER, " 12,50 ", "12,50"),
        (TEXT, "Tờ khai\n", "Tờ khai"),
    ],
)
def test_a_response_has_one_spelling(asked, written, spelling):
    assert read_response(asked, written) == spelling


@pytest.mark.parametrize(
    ("asked", "written", "code"),
    [
        (SINGLE, "", "EMPTY"),
        (SINGLE, "E", "UNKNOWN_PART"),
        (SINGLE, "A B", "TOO_MANY"),
        (SINGLE, "A  B", "UNKNOWN_PART"),
        (SEVERAL, "A A", "PART_TWICE"),
        (replace(SEVERAL, at_most=2), "A B C", "TOO_MANY"),
        (ORDER, "A B C", "NOT_ALL"),
        (MATCH, "A>x B>x", "TOO_MANY"),
        (MATCH, "A>x A>y", "TOO_MANY"),
        (MATCH, "A>q", "UNKNOWN_PART"),
        (MATCH, "A", "UNKNOWN_PART"),
        (INLINE, "a>g2", "UNKNOWN_PART"),
        (NUMBER, "khoảng 5", "NOT_A_NUMBER"),
        (NUMBER, "1" * 31, "NOT_A_NUMBER"),
        (TEXT, "x" * 201, "TOO_LONG"),
        (TEXT, "  ", "EMPTY"),
        (Asked(Interaction.PRACTICAL), "xong", "NOTHING_EXPECTED"),
    ],
)
def test_what_the_item_does_not_allow_is_no_response(asked, written, code):
    with pytest.raises(InvalidResponse) as refusal:
        read_response(asked, written)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12", {"12"}),
        ("12,5", {"12.5"}),
        ("12.5", {"12.5"}),
        ("1.234,5", {"1234.5"}),
        ("1,234.5", {"1234.5"}),
        ("1 234 567", {"1234567"}),
        ("1\u00a0234,5", {"1234.5"}),
        ("1.234", {"1.234", "1234"}),
        ("1.234.567", {"1234567"}),
        ("-7", {"-7"}),
        ("−7,5", {"-7.5"}),
        ("+3", {"3"}),
        ("1.23,4.5", set()),
        ("1,", set()),
        ("", set()),
        ("٣", set()),
        ("1e5", set()),
    ],
)
def test_a_number_means_what_either_custom_makes_of_it(typed, meant):
    assert readings(typed) == {Decimal(number) for number in meant}


@pytest.mark.parametrize(
    ("asked", "held", "response", "earned"),
    [
        (SINGLE, key("B"), "B", 1),
        (SINGLE, key("B"), "A", 0),
        (SINGLE, key("B", "C"), "C", 1),
        (SINGLE, key("B"), None, 0),
        (SINGLE, key("B"), "Z", 0),
        (SEVERAL, key("A C"), "C A", 1),
        (SEVERAL, key("A C"), "A", 0),
        (SEVERAL, key("A C", credit=Credit.PARTS), "A", Fraction(1, 2)),
        (SEVERAL, key("A C", credit=Credit.PARTS), "A B", 0),
        (SEVERAL, key("A C", credit=Credit.PARTS), "A B C D", 0),
        (SEVERAL, key("A B C", credit=Credit.PARTS), "A B D", Fraction(1, 3)),
        (ORDER, key("A B C D"), "A B D C", 0),
        (ORDER, key("A B C D", credit=Credit.PARTS), "A B D C", Fraction(1, 2)),
        (MATCH, key("A>x B>y C>z", credit=Credit.PARTS), "A>x C>y B>z", Fraction(1, 3)),
        (STATEMENTS, key("T>a F>b T>c F>d", credit=Credit.STATEMENTS), "T>a F>b T>c F>d", 1),
        (STATEMENTS, key("T>a F>b T>c F>d", credit=Credit.STATEMENTS), "T>a F>b T>c T>d", Fraction(1, 2)),
        (STATEMENTS, key("T>a F>b T>c F>d", credit=Credit.STATEMENTS), "T>a F>b", Fraction(1, 4)),
        (STATEMENTS, key("T>a F>b T>c F>d", credit=Credit.STATEMENTS), "T>a T>b", Fraction(1, 10)),
        (STATEMENTS, key("T>a F>b T>c F>d", credit=Credit.STATEMENTS), "F>a", 0),
        (INLINE, key("b>g1 c>g2", credit=Credit.PARTS), "b>g1 d>g2", Fraction(1, 2)),
        (NUMBER, key("12,5", tolerance=Decimal("0.1")), "12.6", 1),
        (NUMBER, key("12,5", tolerance=Decimal("0.1")), "12,61", 0),
        (NUMBER, key("1234"), "1.234", 1),
        (NUMBER, key("0.1"), "0,10", 1),
        (TEXT, key("tờ khai hải quan"), "  Tờ  Khai Hải quan", 1),
        (TEXT, key("tờ khai hải quan"), "to khai hai quan", 0),
        (TEXT, key("tờ khai hải quan", with_marks=False), "TO KHAI HAI QUAN", 1),
        (TEXT, key("Đà Nẵng", with_marks=False), "da nang", 1),
        (TEXT, key("VNACCS", with_case=True), "vnaccs", 0),
        (TEXT, key("tờ khai", "tờ khai hải quan"), "Tờ khai", 1),
    ],
)
def test_what_a_response_earns(asked, held, response, earned):
    assert share(asked, check_key(asked, held), response) == earned


def test_weights_are_summed_and_held_within_their_bounds_as_in_qti():
    worth = Weights({"A": Fraction(2), "C": Fraction(1), "B": Fraction(-1)}, best=Fraction(3))
    held = key("A C", credit=Credit.WEIGHTS, weights=worth)
    earned = [share(SEVERAL, held, response) for response in ("A C", "A", "A B C", "B", "D")]
    assert earned == [1, Fraction(2, 3), Fraction(2, 3), 0, 0]
    unbounded = replace(worth, low=None, otherwise=Fraction(-3))
    assert share(SEVERAL, replace(held, weights=unbounded), "A D") == 0
    capped = replace(worth, high=Fraction(1))
    assert share(SEVERAL, replace(held, weights=capped), "A C") == Fraction(1, 3)


@pytest.mark.parametrize(
    ("asked", "held", "code"),
    [
        (SINGLE, key(), "KEY_MISSING"),
        (SINGLE, key("E"), "KEY_NO_RESPONSE"),
        (SEVERAL, key("A B", "B A"), "KEY_TWICE"),
        (SINGLE, key("A", credit=Credit.PARTS), "CREDIT_UNFIT"),
        (MATCH, key("A>x", credit=Credit.STATEMENTS), "CREDIT_UNFIT"),
        (SEVERAL, key("A", credit=Credit.WEIGHTS), "WEIGHTS_MISSING"),
        (NUMBER, key("5", tolerance=Decimal(-1)), "INVALID_TOLERANCE"),
        (NUMBER, key("1.234"), "KEY_AMBIGUOUS"),
        (Asked(Interaction.ESSAY), key("bài mẫu"), "KEY_UNEXPECTED"),
        (SINGLE, replace(key("A"), version=0), "INVALID_KEY_VERSION"),
    ],
)
def test_a_key_that_cannot_mark_its_item_is_refused(asked, held, code):
    with pytest.raises(InvalidItem) as refusal:
        check_key(asked, held)
    assert refusal.value.code == code


def test_what_people_mark_no_key_marks():
    essay = Asked(Interaction.ESSAY)
    assert check_key(essay, key()) == key()
    with pytest.raises(InvalidItem):
        share(essay, key(), "bài làm")
