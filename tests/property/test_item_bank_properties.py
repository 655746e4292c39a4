"""The item bank's promises, on texts, workbooks and histories that nobody thought of."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from item_bank.enemies import enemy_pairs
from item_bank.errors import TransitionRefused
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.write import write_workbook
from item_bank.intake import Known, take_in
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import ASIDE, LIVE, History, Mover, State, move
from item_bank.near_duplicates import near_duplicates
from item_bank.stem import from_authored, plain_line, plain_text, sanitise, strip_invisible, to_authored
from item_bank.taxonomy import CognitiveLevel
from tests.property.searches import part

TOPICS = ("T01", "T02", "T10")

TAGS = ["<b>", "</b>", "<p>", "<br>", "<sub>2</sub>", "<script>", "<td", "<!--", "<", ">", "</p>", "<B X=1>"]
ENTITIES = ["&", "&amp;", "&lt;", "&nbsp;", "&#10;", "&#x301;", "&amp;lt;", ";"]
ODDITIES = ["\n", " ", "\t", "=1+1", "@", "-", "'", '"', "_x000A_", "e\u0301", "\u0338", "\u200b", "\x00"]
words = st.sampled_from(["trị giá", "hải quan", "đ", "5", *TAGS, *ENTITIES, *ODDITIES])
authored = st.one_of(st.lists(words, max_size=12).map("".join), st.text(max_size=60))


@given(authored)
def test_sanitised_text_is_left_alone(text):
    once = sanitise(text)
    assert sanitise(once) == once
    assert from_authored(once) == once


@given(st.one_of(st.text(max_size=40), st.text("a\u0301\u0338 \u00a0\u2000\u3000;\u037eđê\t", max_size=20)))
def test_text_without_markup_is_what_the_cleaner_makes_of_it(text):
    plain = text.replace("<", "").replace(">", "").replace("&", "")
    # a comment has nothing to read, but makes the text one that may hold markup
    assert sanitise(plain) == sanitise(f"{plain}<!---->")
    assert plain_text(plain) == plain_text(f"{plain}<!---->")
    assert from_authored(plain) == sanitise("<br>".join(strip_invisible(plain).strip().split("\n")))


@given(authored)
def test_authors_get_back_what_they_typed(text):
    stored = from_authored(text)
    assert from_authored(to_authored(stored)) == stored


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z", "M"]), max_size=60))
def test_no_visible_character_typed_is_lost(text):
    assume("&" not in text)  # an entity written out stands for its character
    typed = text.replace("<", "< ")
    assert plain_text(from_authored(typed)) == plain_line(typed)


contents = authored.map(from_authored).filter(plain_text)


@st.composite
def items(draw, number):
    options = draw(
        st.lists(
            contents, min_size=4, max_size=4, unique_by=lambda c: " ".join(plain_text(c).casefold().split())
        )
    )
    share = draw(st.none() | st.decimals(0, 1, places=4).map(float))
    return ItemVersion(
        code=f"{draw(st.sampled_from(['T01', 'x', '0']))}-{number}",
        version=1,
        topic=draw(st.sampled_from(TOPICS)),
        cognitive_level=draw(st.sampled_from(CognitiveLevel)),
        stem=draw(contents),
        asked=single_choice(*options),
        legal_basis=draw(authored.map(plain_line).filter(plain_text)),
        rationale=draw(authored.map(from_authored)),
        author="an",
        judged_share=share,
    )


@st.composite
def banks(draw):
    bank = [draw(items(number)) for number in range(draw(st.integers(1, 3)))]
    keys = [Key(1, (draw(st.sampled_from("ABCD")),)) for _item in bank]
    enemies = [tuple(one.code for one in bank if one is not item and draw(st.booleans())) for item in bank]
    return bank, keys, enemies


def as_foreign(item, key, enemies):
    facts = BankFacts(
        *(item.code, item.topic, item.cognitive_level, item.legal_basis, item.judged_share, item.pool),
        enemies=enemies,
    )
    return ForeignItem(item.code, item.stem, item.asked, key, item.rationale, facts=facts)


@part(5)
@given(banks())
def test_a_bank_written_as_a_workbook_and_taken_in_again_is_the_same_bank(bank_keys_enemies):
    bank, keys, enemies = bank_keys_enemies
    data, lost = write_workbook(ForeignBank(tuple(map(as_foreign, bank, keys, enemies))))
    assert lost == ()
    intake = take_in(read_workbook(data), Known(TOPICS), BankFacts(), "an")
    assert [line.refused for line in intake.lines] == [None] * len(bank)
    assert [one.item for one in intake.taken] == bank
    assert [one.key for one in intake.taken] == keys
    assert [one.enemies for one in intake.taken] == enemies


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("DEF")), max_size=9))
def test_enemies_are_the_same_seen_from_either_side(pairs):
    declared, turned = {}, {}
    for one, other in pairs:
        declared.setdefault(one, []).append(other)
        turned.setdefault(other, []).append(one)
    assert enemy_pairs(declared) == enemy_pairs(turned)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcde "), max_size=15).map("".join), max_size=30), st.floats(0.3, 1)
)
def test_a_higher_threshold_only_takes_pairs_away(texts, threshold):
    """No pair is lost that a wider search finds above the threshold."""
    wide = {(i, j) for i, j, score in near_duplicates(texts, 0.05) if score >= threshold + 1e-4}
    narrow = {(i, j) for i, j, _ in near_duplicates(texts, threshold)}
    assert wide <= narrow


PEOPLE = ("an", "binh", "chi", "dung")
ROLES = st.sets(st.sampled_from(["author", "reviewer", "bank_manager", "examiner"])).map(frozenset)


class ItemLife(RuleBasedStateMachine):
    """Anybody with any roles tries any move; the history is kept as a service would keep it."""

    @initialize(author=st.sampled_from(PEOPLE))
    def drafted(self, author):
        self.state = State.DRAFT
        self.author = author
        self.accepted_by: set[str] = set()
        self.approved_by: str | None = None
        self.suspended_from: State | None = None
        self.adopted = False
        self.was_retired = False

    @rule()
    def calibration_is_adopted(self):
        self.adopted = True

    @rule(
        to=st.sampled_from(State),
        who=st.sampled_from(PEOPLE),
        roles=ROLES,
        comment=st.sampled_from(["", "lý do"]),
    )
    def try_to_move(self, to, who, roles, comment):
        self._try(to, Mover(who, roles), comment)

    @rule(who=st.sampled_from(PEOPLE), data=st.data())
    def try_the_usual_next_move(self, who, data):
        """The blind rule seldom gets far; this one walks on along the main line."""
        onward = {
            State.DRAFT: [State.IN_REVIEW],
            State.IN_REVIEW: [State.APPRAISED],
            State.APPRAISED: [State.APPROVED],
            State.APPROVED: [State.CALIBRATED, State.PILOT],
            State.PILOT: [State.CALIBRATED],
            State.CALIBRATED: [State.OPERATIONAL],
        }
        to = data.draw(st.sampled_from(onward.get(self.state, [*LIVE, *ASIDE])))
        self._try(to, Mover(who, frozenset({"author", "reviewer", "bank_manager", "examiner"})), "lý do")

    def _try(self, to, mover, comment):
        before = self.state
        accepted = self.accepted_by | ({mover.id} if to is State.APPRAISED else set())  # judged, then moved
        history = History(
            self.author,
            frozenset(self.accepted_by),
            self.suspended_from,
            self.adopted,
            accepted_by=frozenset(accepted),
        )
        try:
            self.state = move(before, to, mover, history, comment=comment)
        except TransitionRefused:
            assert self.state is before
            return
        if to is State.APPRAISED and before is State.IN_REVIEW:
            self.accepted_by.add(mover.id)
        if to is State.APPROVED and before is State.APPRAISED:
            self.approved_by = mover.id
        self.suspended_from = before if to is State.SUSPENDED else None
        self.was_retired = self.was_retired or to is State.RETIRED

    @invariant()
    def nothing_is_used_without_a_review_by_another(self):
        if self.state in {State.APPROVED, State.PILOT, State.CALIBRATED, State.OPERATIONAL}:
            assert self.accepted_by - {self.author}
            assert self.approved_by not in {None, self.author, *self.accepted_by}

    @invariant()
    def nothing_operational_lacks_a_calibration(self):
        assert self.state is not State.OPERATIONAL or self.adopted

    @invariant()
    def a_retired_item_never_returns(self):
        assert not self.was_retired or self.state is State.RETIRED


ItemLife.TestCase.settings = settings(part(1), stateful_step_count=40)
TestItemLife = ItemLife.TestCase


def test_the_property_machine_can_reach_an_operational_item():
    """A guard on the guard: the invariants are not true only because nothing ever moves."""
    machine = ItemLife()
    machine.drafted(author="an")
    machine.adopted = True
    everything = frozenset({"author", "reviewer", "bank_manager", "examiner"})
    for to, who in (
        (State.IN_REVIEW, "an"),
        (State.APPRAISED, "binh"),
        (State.APPROVED, "chi"),
        (State.CALIBRATED, "chi"),
        (State.OPERATIONAL, "chi"),
    ):
        machine._try(to, Mover(who, everything), "")
    assert machine.state is State.OPERATIONAL
    with pytest.raises(TransitionRefused):
        move(State.RETIRED, State.OPERATIONAL, Mover("chi", everything), History("an"))
