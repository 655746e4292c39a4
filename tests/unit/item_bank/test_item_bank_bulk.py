"""What a change of many items does to one of them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from item_bank.bulk import NewBasis, NewLevel, Part, Replacement, changed, replaced
from item_bank.errors import BulkRefused, LeftAsItIs, TransitionRefused
from item_bank.interactions.asked import Asked, Option, Place, single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import History, Mover, State, allowed_moves, move
from item_bank.review import may_accept
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from item_bank.wording import Wording, compose

OLD, NEW = "Nghị định 08/2015/NĐ-CP", "Nghị định 167/2025/NĐ-CP"
EVERYWHERE = frozenset(Part)


def words(find: str = OLD, put: str = NEW, *parts: Part, **how: bool) -> Replacement:
    return Replacement(find, put, frozenset(parts) or EVERYWHERE, **how)


def item(**other: object) -> tuple[ItemVersion, Key]:
    typed = Wording(
        code="T01-001",
        topic="T01",
        level="apply",
        stem=f"Theo {OLD}, thời hạn là bao lâu?",
        asked=single_choice("15 ngày", "30 ngày", "60 ngày", f"Như {OLD} quy định"),
        key=Key(1, ("B",)),
        legal_basis=f"{OLD}, Điều 25",
        rationale=f"Xem {OLD}.",
    )
    return compose(replace(typed, **other), "7")


def test_words_are_replaced_in_the_parts_asked_for_and_nowhere_else():
    old, key = item()
    found = changed(old, key, words(OLD, NEW, Part.STEM, Part.OPTIONS))
    assert found.item.stem == f"Theo {NEW}, thời hạn là bao lâu?"
    assert found.item.options[3].content == f"Như {NEW} quy định"
    assert (found.item.legal_basis, found.item.rationale) == (old.legal_basis, old.rationale)
    assert (found.key, found.n_places, found.n_missed) == (key, 2, 0)
    assert (found.item.code, found.item.author, found.item.version) == (old.code, old.author, old.version)


def test_a_whole_word_is_not_found_within_another():
    text = "Nghị định 8/2015 và 08/2015, 108/2015 và 08/20156"
    assert replaced(text, words("08/2015", "x"))[0] == "Nghị định 8/2015 và x, 108/2015 và 08/20156"
    assert replaced(text, words("08/2015", "x", whole_words=False))[1] == 3


def test_case_counts_only_where_it_is_asked_for():
    assert replaced("Cục và cục", words("cục", "chi cục"))[1] == 1
    assert replaced("CỤC và cục", words("cục", "chi cục", with_case=False)) == ("chi cục và chi cục", 2)


def test_decomposed_typing_finds_what_is_stored_composed():
    assert replaced(f"Theo {OLD}", words(unicodedata.normalize("NFD", OLD)))[1] == 1


def test_signs_that_markup_is_made_of_are_found_as_they_are_read():
    assert replaced("A &amp; B &lt; C", words("A & B <", "D >", whole_words=False))[0] == "D &gt; C"


@pytest.mark.parametrize(
    "put",
    ["<script>alert(1)</script>", "<b>x", "</p>", '<img src="x" onerror="y">', "&lt;b&gt;", "&#60;i&#62;"],
)
def test_what_is_put_is_text_whatever_it_looks_like(put: str):
    text, n = replaced("<p>Theo <b>quy định</b> này</p>", words("này", put))
    assert n == 1
    assert text.count("<") == 4  # the tags that were there
    assert "<b>quy định</b>" in text


@pytest.mark.parametrize("put", ["[[P1]]", "x]]", r"\(x", r"\]", "$$x$$"])
def test_what_would_open_a_mark_or_a_formula_is_refused(put: str):
    with pytest.raises(BulkRefused) as refused:
        words("a", put)
    assert (refused.value.code, refused.value.params["field"]) == ("SIGNS_OF_MARKUP", "put")


def test_a_mark_put_together_from_halves_leaves_the_item_as_it_is():
    with pytest.raises(LeftAsItIs) as left:
        replaced("a [x P1]] b", words("x P1", "[P1", whole_words=False))
    assert left.value.code == "MARKUP_TOUCHED"


def test_formulas_tags_and_names_of_places_are_not_searched():
    stem = r"P1 của \(P1\) là [[P1:P1 ấy]] và <sub>P1</sub> $$P1$$"
    text, n = replaced(stem, words("P1", "Q"))
    assert (text, n) == (r"Q của \(P1\) là [[P1:Q ấy]] và <sub>Q</sub> $$P1$$", 3)


def test_words_divided_by_emphasis_are_said_to_be():
    old, key = item(stem="Theo <b>Nghị</b> định 08/2015/NĐ-CP, thời hạn?")
    with pytest.raises(LeftAsItIs) as left:
        changed(old, key, words(OLD, NEW, Part.STEM))
    assert left.value.code == "BROKEN_BY_MARKUP"
    both = changed(*item(stem=f"{OLD}; <b>Nghị</b> định 08/2015/NĐ-CP?"), words(OLD, NEW, Part.STEM))
    assert (both.n_places, both.n_missed) == (1, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (words("Thông tư 38", "x"), "NO_OCCURRENCE"),
        (words("30 ngày", "15 ngày"), "DUPLICATE_OPTION"),
        (words("15 ngày", ""), "MISSING_CELL"),
        (words("Theo", "y" * 400), None),
        (NewBasis(f"{OLD}, Điều 25"), "SAME_BASIS"),
        (NewBasis(OLD, adds=True), "SAME_BASIS"),
        (NewLevel(CognitiveLevel.APPLY), "SAME_LEVEL"),
    ],
)
def test_an_item_stays_as_it_is_for_a_reason(change, code: str | None):
    if code is None:
        assert changed(*item(), change).n_places == 1
        return
    with pytest.raises(LeftAsItIs) as left:
        changed(*item(), change)
    assert left.value.code == code


@pytest.mark.parametrize(
    ("find", "put", "parts", "code"),
    [
        ("", "x", EVERYWHERE, "NOTHING_TO_FIND"),
        (" \u200b", "x", EVERYWHERE, "NOTHING_TO_FIND"),
        ("a", "x", frozenset(), "NO_PART"),
        ("a", "a ", EVERYWHERE, "SAME_WORDS"),
        ("a", "x" * 501, EVERYWHERE, "TEXT_TOO_LONG"),
    ],
)
def test_a_replacement_that_says_nothing_is_refused(find: str, put: str, parts: frozenset[Part], code: str):
    with pytest.raises(BulkRefused) as refused:
        Replacement(find, put, parts)
    assert refused.value.code == code


def test_a_legal_basis_is_added_or_takes_the_place():
    old, key = item()
    assert changed(old, key, NewBasis(NEW)).item.legal_basis == NEW
    assert changed(old, key, NewBasis(NEW, adds=True)).item.legal_basis == f"{OLD}, Điều 25; {NEW}"


def test_a_key_that_is_typed_is_no_wording():
    typed = Asked(Interaction.SHORT_TEXT)
    old, key = item(asked=typed, key=Key(1, ("15 ngày",)), stem="Bao lâu? Không phải 15 ngày.")
    found = changed(old, key, words("15 ngày", "20 ngày"))
    assert (found.key, found.item.stem) == (key, "Bao lâu? Không phải 20 ngày.")


def test_an_order_keeps_accepting_the_same_options():
    asked = Asked(Interaction.ORDER, tuple(Option(id_, f"Bước {id_}") for id_ in "ABC"))
    old, key = item(asked=asked, key=Key(1, ("C A B",)))
    found = changed(old, key, words("Bước", "Khâu", Part.OPTIONS))
    said = {option.id: option.content for option in found.item.options}
    assert [said[id_] for id_ in found.key.accepted[0].split()] == ["Khâu C", "Khâu A", "Khâu B"]


def test_the_words_of_a_hottext_are_replaced_where_they_are_marked():
    asked = Asked(Interaction.HOTTEXT, places=(Place("P1", "cũ ở đây"), Place("P2", "mới")))
    old, key = item(asked=asked, key=Key(1, ("P1",)), stem="Sai: [[P1:cũ ở đây]] hay [[P2:mới]]")
    found = changed(old, key, words("cũ", "xưa"))
    assert found.item.stem == "Sai: [[P1:xưa ở đây]] hay [[P2:mới]]"
    assert (found.item.asked.places[0].content, found.n_places, found.key) == ("xưa ở đây", 1, key)


def test_english_is_a_part_of_its_own():
    english = Translation("By Decree 08?", dict(zip("ABCD", ("15", "30", "60", "x"), strict=True)))
    old, key = item(english=english)
    found = changed(old, key, words("Decree 08", "Decree 167", Part.ENGLISH))
    assert (found.item.english.stem, found.item.stem) == ("By Decree 167?", old.stem)


WRITTEN = History("1", frozenset({"2"}), accepted_by=frozenset({"2"}), writer_id="9")


def test_who_wrote_a_version_in_its_authors_place_neither_appraises_nor_approves_it():
    manager = frozenset({"bank_manager"})
    with pytest.raises(TransitionRefused) as refused:
        move(State.APPRAISED, State.APPROVED, Mover("9", manager), WRITTEN)
    assert refused.value.code == "OWN_ITEM"
    assert move(State.APPRAISED, State.APPROVED, Mover("8", manager), WRITTEN) is State.APPROVED
    assert not may_accept("9", WRITTEN)
    assert may_accept("3", WRITTEN)
    assert replace(WRITTEN, accepted_by=frozenset({"9"})).n_accepted == 0


def test_a_version_written_in_the_authors_place_is_handed_in_by_the_author_alone():
    assert allowed_moves(State.DRAFT, Mover("9", frozenset({"author", "bank_manager"})), WRITTEN) == []
    assert allowed_moves(State.DRAFT, Mover("1", frozenset({"author"})), WRITTEN) == [State.IN_REVIEW]
