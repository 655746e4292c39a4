"""Who may move an item where."""

from dataclasses import replace

import pytest

from item_bank.errors import AppraisalRefused, TransitionRefused
from item_bank.lifecycle import (
    ASIDE,
    LIVE,
    TRANSITIONS,
    History,
    Mover,
    State,
    allowed_moves,
    is_wording_frozen,
    move,
    needs_comment,
)
from item_bank.review import CHECKLIST, Appraisal, Check, Decision, may_accept, state_after

AN = Mover("an", frozenset({"author"}))
REVIEWER = Mover("rita", frozenset({"reviewer"}))
MANAGER = Mover("mai", frozenset({"bank_manager"}))
EXAMINER = Mover("elo", frozenset({"examiner"}))
EVERYTHING = frozenset({"author", "reviewer", "bank_manager", "examiner"})
FRESH = History("an")
ACCEPTED = History("an", frozenset({"rita"}), accepted_by=frozenset({"rita"}))
REVIEWED = History("an", frozenset({"rita"}))
READY = History("an", frozenset({"rita"}), calibration_adopted=True)


def refusal(state, to, mover, history, comment=""):
    with pytest.raises(TransitionRefused) as refused:
        move(state, to, mover, history, comment=comment)
    return refused.value.code


def test_the_way_from_draft_to_operational_takes_four_people():
    assert move(State.DRAFT, State.IN_REVIEW, AN, FRESH) is State.IN_REVIEW
    assert move(State.IN_REVIEW, State.APPRAISED, REVIEWER, ACCEPTED) is State.APPRAISED
    assert move(State.APPRAISED, State.APPROVED, MANAGER, REVIEWED) is State.APPROVED
    assert move(State.APPROVED, State.PILOT, MANAGER, REVIEWED) is State.PILOT
    assert move(State.PILOT, State.CALIBRATED, EXAMINER, READY) is State.CALIBRATED
    assert move(State.APPROVED, State.CALIBRATED, EXAMINER, READY) is State.CALIBRATED
    assert move(State.CALIBRATED, State.OPERATIONAL, MANAGER, READY) is State.OPERATIONAL


def test_nobody_appraises_or_approves_their_own_item():
    an = Mover("an", EVERYTHING)
    assert refusal(State.IN_REVIEW, State.APPRAISED, an, FRESH) == "OWN_ITEM"
    assert refusal(State.APPRAISED, State.APPROVED, an, REVIEWED) == "OWN_ITEM"
    assert refusal(State.CALIBRATED, State.OPERATIONAL, an, READY) == "OWN_ITEM"


def test_a_reviewer_does_not_approve_what_they_appraised():
    rita = Mover("rita", EVERYTHING)
    assert refusal(State.APPRAISED, State.APPROVED, rita, REVIEWED) == "REVIEWED_BY_YOU"


def test_a_review_by_the_author_is_no_review():
    own = History("an", frozenset({"an"}), calibration_adopted=True)
    assert refusal(State.APPRAISED, State.APPROVED, MANAGER, own) == "NOT_REVIEWED"
    assert refusal(State.CALIBRATED, State.OPERATIONAL, MANAGER, own) == "NOT_REVIEWED"


@pytest.mark.parametrize(
    ("source", "to"),
    [
        (State.APPRAISED, State.APPROVED),
        (State.APPROVED, State.PILOT),
        (State.CALIBRATED, State.OPERATIONAL),
    ],
)
def test_an_item_that_names_a_repealed_act_goes_on_with_a_reason_alone(source: State, to: State):
    outdated = replace(READY, repealed_acts=("08/2015/NĐ-CP",))
    assert refusal(source, to, MANAGER, outdated) == "REPEALED_ACT_NAMED"
    assert move(source, to, MANAGER, outdated, comment="Hỏi về lịch sử") is to
    assert to in allowed_moves(source, MANAGER, outdated)


def test_only_the_author_submits_a_draft():
    assert (
        refusal(State.DRAFT, State.IN_REVIEW, Mover("bo", frozenset({"author"})), FRESH) == "ONLY_THE_AUTHOR"
    )


def test_an_item_without_an_adopted_calibration_is_not_calibrated():
    assert refusal(State.PILOT, State.CALIBRATED, EXAMINER, REVIEWED) == "NOT_CALIBRATED"


def test_returning_and_setting_aside_need_a_comment():
    assert refusal(State.IN_REVIEW, State.DRAFT, REVIEWER, FRESH, " ") == "COMMENT_REQUIRED"
    assert move(State.IN_REVIEW, State.DRAFT, REVIEWER, FRESH, comment="hai đáp án đúng") is State.DRAFT
    assert needs_comment(State.IN_REVIEW, State.DRAFT)
    assert not needs_comment(State.IN_REVIEW, State.APPRAISED)


@pytest.mark.parametrize("live", LIVE)
@pytest.mark.parametrize("aside", ASIDE)
def test_every_live_item_can_be_set_aside(live, aside):
    assert move(live, aside, MANAGER, READY, comment="nghi lộ đề") is aside


def test_a_suspension_ends_where_it_began():
    suspended = History("an", frozenset({"rita"}), State.PILOT, calibration_adopted=True)
    assert move(State.SUSPENDED, State.PILOT, MANAGER, suspended, comment="xong") is State.PILOT
    assert refusal(State.SUSPENDED, State.OPERATIONAL, MANAGER, suspended, "xong") == "NOT_WHERE_IT_WAS"


@pytest.mark.parametrize("aside", [State.NEEDS_LAW_UPDATE, State.QUARANTINED])
def test_doubted_law_or_secrecy_leads_back_through_review(aside):
    ways_out = {t.to for t in TRANSITIONS if t.source is aside} - set(ASIDE)
    assert ways_out == {State.IN_REVIEW, State.RETIRED}


def test_nothing_leaves_retirement():
    assert not [t for t in TRANSITIONS if t.source is State.RETIRED]
    assert (
        refusal(State.RETIRED, State.OPERATIONAL, Mover("x", EVERYTHING), READY, "vì") == "NO_SUCH_TRANSITION"
    )


def test_a_role_that_may_not_is_named():
    assert refusal(State.IN_REVIEW, State.APPRAISED, MANAGER, FRESH) == "WRONG_ROLE"


def test_screens_offer_exactly_what_would_be_allowed():
    for state in State:
        for mover in (AN, REVIEWER, MANAGER, EXAMINER, Mover("an", EVERYTHING)):
            offered = allowed_moves(state, mover, READY)
            for to in State:
                try:
                    move(state, to, mover, READY, comment="lý do")
                except TransitionRefused:
                    assert to not in offered
                else:
                    assert to in offered


def test_each_pair_of_states_stands_once_in_the_table():
    pairs = [(t.source, t.to) for t in TRANSITIONS]
    assert len(pairs) == len(set(pairs))


def test_wording_is_frozen_from_review_on_even_after_a_return():
    assert not is_wording_frozen(State.DRAFT, was_in_review=False)
    assert is_wording_frozen(State.DRAFT, was_in_review=True)
    assert all(is_wording_frozen(s, was_in_review=False) for s in State if s is not State.DRAFT)


def test_accepting_needs_the_whole_checklist():
    full = frozenset(CHECKLIST)
    assert state_after(Appraisal("rita", Decision.ACCEPT, full), FRESH) is State.APPRAISED
    with pytest.raises(AppraisalRefused) as refused:
        state_after(Appraisal("rita", Decision.ACCEPT, full - {Check.ONE_KEY}), FRESH)
    assert refused.value.params == {"missing": ("one_key",)}


def test_returning_needs_a_comment_and_no_checklist():
    nothing: frozenset[Check] = frozenset()
    assert state_after(Appraisal("rita", Decision.RETURN, nothing, "mơ hồ"), FRESH) is State.DRAFT
    with pytest.raises(AppraisalRefused) as refused:
        state_after(Appraisal("rita", Decision.RETURN, nothing, "\n"), FRESH)
    assert refused.value.code == "COMMENT_REQUIRED"


def test_an_author_does_not_appraise():
    with pytest.raises(AppraisalRefused) as refused:
        state_after(Appraisal("an", Decision.ACCEPT, frozenset(CHECKLIST)), FRESH)
    assert refused.value.code == "OWN_ITEM"


def accepting(reviewer, history):
    return state_after(Appraisal(reviewer, Decision.ACCEPT, frozenset(CHECKLIST)), history)


TWO_ASKED = History("an", min_reviewers=2)
ONE_OF_TWO = History("an", accepted_by=frozenset({"rita"}), min_reviewers=2)


def test_an_item_stays_in_review_until_enough_different_reviewers_have_accepted():
    assert accepting("rita", TWO_ASKED) is State.IN_REVIEW
    assert accepting("ruth", ONE_OF_TWO) is State.APPRAISED
    with pytest.raises(AppraisalRefused, match="ACCEPTED_BY_YOU"):
        accepting("rita", ONE_OF_TWO)


def test_the_table_lets_nobody_appraise_before_enough_have_accepted():
    everybody = Mover("ruth", EVERYTHING)
    assert refusal(State.IN_REVIEW, State.APPRAISED, everybody, TWO_ASKED) == "MORE_REVIEWERS"
    assert refusal(State.IN_REVIEW, State.APPRAISED, everybody, ONE_OF_TWO) == "MORE_REVIEWERS"
    enough = History("an", accepted_by=frozenset({"rita", "ruth"}), min_reviewers=2)
    assert move(State.IN_REVIEW, State.APPRAISED, REVIEWER, enough) is State.APPRAISED


def test_the_author_never_counts_among_those_who_accepted():
    with_author = History("an", accepted_by=frozenset({"an", "rita"}), min_reviewers=2)
    assert refusal(State.IN_REVIEW, State.APPRAISED, REVIEWER, with_author) == "MORE_REVIEWERS"
    assert accepting("ruth", History("an", accepted_by=frozenset({"an"}), min_reviewers=2)) is State.IN_REVIEW


def test_one_return_sends_an_item_back_whoever_accepted_it():
    returned = Appraisal("rita", Decision.RETURN, frozenset(), "hai đáp án đúng")
    assert state_after(returned, ONE_OF_TWO) is State.DRAFT


def test_a_rule_that_asks_for_fewer_leaves_no_item_stuck():
    relaxed = History("an", accepted_by=frozenset({"rita"}), min_reviewers=1)
    assert may_accept("rita", relaxed)
    assert accepting("rita", relaxed) is State.APPRAISED


def test_no_item_comes_back_to_review_without_a_reply_to_who_returned_it():
    owing = History("an", frozenset({"rita"}), reply_owed=True)
    assert refusal(State.DRAFT, State.IN_REVIEW, AN, owing) == "REPLY_REQUIRED"
    assert move(State.DRAFT, State.IN_REVIEW, AN, REVIEWED) is State.IN_REVIEW
