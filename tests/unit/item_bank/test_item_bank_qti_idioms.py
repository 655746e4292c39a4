"""How real exports say things: each read as it was meant, or refused by name; no key is ever guessed."""

from __future__ import annotations

import pytest

from item_bank.formats.foreign import Fate
from item_bank.formats.qti import keys
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key
from tests.unit.item_bank.qti_samples import (
    CHOICES,
    IS_CORRECT,
    SCORE,
    choice,
    codes,
    item,
    literal,
    mapped,
    processing,
    refusal,
    response,
    sets,
    taken,
    variable,
    when,
)

DRAWN = '<templateProcessing><setTemplateValue identifier="X"/></templateProcessing>'


def test_cardinality_multiple_with_one_choice_at_most_is_a_single_choice():
    read = taken(item(choice(most=1), response("identifier", "multiple", "C")))
    assert read.asked is not None
    assert read.asked.interaction is Interaction.SINGLE_CHOICE
    assert read.key == Key(1, ("C",))


def test_a_key_beyond_the_limit_of_choices_is_refused():
    assert refusal(item(choice(most=1), response("identifier", "multiple", "A", "C"))) == "KEY_BEYOND_LIMIT"


def test_blackboard_never_sets_the_score_its_matches_are_read_as_the_key():
    rules = processing(when(IS_CORRECT))
    read = taken(item(choice(), response("identifier", "single", "B"), rules))
    assert read.key == Key(1, ("B",))
    assert codes(read) == ["SCORE_NEVER_SET"]
    feedback = sets('<baseValue baseType="identifier">ok</baseValue>', "FEEDBACK")
    outcomes = (
        SCORE + '<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>'
    )
    rules = processing(when(IS_CORRECT, feedback))
    assert (
        taken(item(choice(), response("identifier", "single", "B"), rules, outcomes=outcomes)).key is not None
    )
    odd = processing(when(f"<match>{variable()}{literal('A')}</match>"))
    assert refusal(item(choice(), response("identifier", "single", "B"), odd)) == "SCORE_NEVER_SET"


def test_onyx_adds_the_maximum_to_the_score_and_collects_feedback():
    most = (
        SCORE + '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float">'
        "<defaultValue><value>2.5</value></defaultValue></outcomeDeclaration>"
        '<outcomeDeclaration identifier="FEEDBACKMODAL" cardinality="multiple" baseType="identifier"/>'
    )
    added = sets(f"<sum>{variable('SCORE')}{variable('MAXSCORE')}</sum>")
    collected = sets(f"<multiple>{variable('FEEDBACKMODAL')}{literal('ok')}</multiple>", "FEEDBACKMODAL")
    rules = processing(when(IS_CORRECT, added, collected))
    read = taken(item(choice(), response("identifier", "single", "B"), rules, outcomes=most))
    assert (read.key, read.max_mark, read.fate) == (Key(1, ("B",)), 2.5, Fate.TAKEN)


CORRECT = '<correct identifier="RESPONSE"/>'


def outcome(name: str, start: str) -> str:
    said = f'identifier="{name}" cardinality="single" baseType="float"'
    default = f"<defaultValue><value>{start}</value></defaultValue>"
    return f"<outcomeDeclaration {said}>{default}</outcomeDeclaration>"


def test_opal_holds_the_score_between_its_bounds():
    bounded = [
        when(f"<{name}>{variable('SCORE')}{variable(bound)}</{name}>", sets(variable(bound)))
        for name, bound in (("gt", "MAXSCORE"), ("lt", "MINSCORE"))
    ]
    outcomes = outcome("SCORE", "0") + outcome("MAXSCORE", "2") + outcome("MINSCORE", "0")
    added = f"<sum>{variable('SCORE')}<mapResponse identifier='RESPONSE'/></sum>"
    rules = processing(when(f"<not><isNull>{variable()}</isNull></not>", sets(added)), *bounded)
    mapping = mapped({"A": 1, "B": -1, "C": 1, "D": -1})
    declared = response("identifier", "multiple", "A", "C", mapping=mapping)
    read = taken(item(choice(most=0), declared, rules, outcomes=outcomes))
    assert (read.key, read.max_mark, read.lost) == (Key(1, ("A C",), Credit.PARTS), 2.0, ())
    with pytest.MonkeyPatch.context() as patched:  # as if there were too many choices to try them all
        patched.setattr(keys, "responses_of", lambda _asked: None)
        assert taken(item(choice(most=0), declared, rules, outcomes=outcomes)) == read
    places = [
        when(
            f'<match><index n="{n}">{variable()}</index><index n="{n}">{CORRECT}</index></match>',
            sets(f"<sum>{variable('SCORE')}{literal('0.5', 'float')}</sum>"),
        )
        for n in (1, 2, 3, 4)
    ]
    body = f'<p>Xếp</p><orderInteraction responseIdentifier="RESPONSE">{CHOICES}</orderInteraction>'
    declared = response("identifier", "ordered", "D", "B", "A", "C")
    read = taken(item(body, declared, processing(*bounded, *places), outcomes=outcomes))
    assert (read.key, read.max_mark) == (Key(1, ("D B A C",), Credit.PARTS), 2.0)


def test_a_question_that_only_some_see_is_refused():
    shown = f'<feedbackBlock outcomeIdentifier="F" identifier="f">{choice()}</feedbackBlock>'
    xml = item(f"<p>A</p>{shown}", response("identifier", "single", "B"))
    assert refusal(xml) == "INTERACTION_IN_FEEDBACK"


def test_a_scale_to_a_hundred_is_the_mark():
    rules = processing(when(IS_CORRECT, sets(100), otherwise=sets(0)))
    assert taken(item(choice(), response("identifier", "single", "B"), rules)).max_mark == 100


def test_an_outcome_that_stands_for_the_score():
    outcomes = SCORE.replace("SCORE", "SCORE0")
    rules = processing(when(IS_CORRECT, sets(1, "SCORE0")))
    assert (
        taken(item(choice(), response("identifier", "single", "B"), rules, outcomes=outcomes)).key is not None
    )
    both = processing(when(IS_CORRECT, sets(1, "SCORE_A"), sets(1, "SCORE_B")))
    outcomes = SCORE.replace("SCORE", "SCORE_A") + SCORE.replace("SCORE", "SCORE_B")
    assert (
        refusal(item(choice(), response("identifier", "single", "B"), both, outcomes=outcomes))
        == "SCORE_UNCLEAR"
    )


def test_what_everybody_gets_is_lost_by_name():
    start = SCORE.replace("/>", "><defaultValue><value>1</value></defaultValue></outcomeDeclaration>")
    rules = processing(when(IS_CORRECT, sets(3)))
    read = taken(item(choice(), response("identifier", "single", "B"), rules, outcomes=start))
    assert (read.key, read.max_mark) == (Key(1, ("B",)), 2)
    assert [(one.code, one.params) for one in read.lost] == [("START_SCORE_LOST", {"score": 1.0})]


def test_an_essay_whose_rules_match_a_key_that_is_not_there():
    outcomes = (
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float" normalMaximum="5" '
        'normalMinimum="1"/><outcomeDeclaration identifier="MODEL_ANSWER" cardinality="single" '
        'baseType="string"><defaultValue><value>Phải nêu căn cứ.</value></defaultValue></outcomeDeclaration>'
    )
    body = (
        '<rubricBlock view="scorer"><p>2 điểm cho căn cứ</p></rubricBlock><p>Nêu quy trình.</p>'
        '<extendedTextInteraction responseIdentifier="RESPONSE"/>'
    )
    rules = processing(when(IS_CORRECT, sets(1)))
    read = taken(item(body, response("string", "single"), rules, outcomes=outcomes))
    assert read.asked is not None
    assert read.asked.interaction is Interaction.ESSAY
    assert (read.key, read.max_mark) == (Key(1, ()), 5.0)
    assert read.stem == "<p>Nêu quy trình.</p>"
    assert read.rationale == "<p>2 điểm cho căn cứ</p><p>Phải nêu căn cứ.</p>"
    assert codes(read) == ["LEAST_SCORE_LOST"]


def test_an_essay_that_a_machine_would_mark_keeps_its_model_answer():
    prompt = "<prompt>Vì sao?</prompt>"
    body = f'<extendedTextInteraction responseIdentifier="RESPONSE">{prompt}</extendedTextInteraction>'
    read = taken(item(body, response("string", "single", "Vì luật")))
    assert (read.rationale, codes(read)) == ("<p>Vì luật</p>", ["MACHINE_SCORING_LOST"])


def test_without_processing_the_declared_response_is_the_key_and_that_is_said():
    read = taken(item(choice(), response("identifier", "single", "B"), ""))
    assert (read.key, codes(read)) == (Key(1, ("B",)), ["PROCESSING_MISSING"])
    mapping = mapped({"A": 1})
    assert (
        refusal(item(choice(), response("identifier", "single", "B", mapping=mapping), ""))
        == "PROCESSING_MISSING"
    )


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (item(choice(), response()), "KEY_MISSING"),
        (item(choice(), response(), ""), "KEY_MISSING"),
        (item(choice(), response("identifier", "single", "Z")), "SCORE_ALWAYS_NOTHING"),
        (item(choice(), response("identifier", "single", "B"), adaptive="true"), "ADAPTIVE"),
        (
            item(choice(), response("identifier", "single", "B"), behind=DRAWN),
            "TEMPLATE_PROCESSING",
        ),
        (item("<customInteraction responseIdentifier='RESPONSE'/>", response()), "CUSTOM_PART"),
        (
            item(choice(), response(), processing(sets("<customOperator class='x'/>"))),
            "CUSTOM_PART",
        ),
        (item(choice() + choice(), response("identifier", "single", "B")), "SEVERAL_INTERACTIONS"),
        (item("<p>Chỉ để đọc</p>", ""), "NO_INTERACTION"),
        (item("<associateInteraction responseIdentifier='RESPONSE'/>", response()), "INTERACTION_NOT_KEPT"),
        (item("<selectPointInteraction responseIdentifier='RESPONSE'/>", response()), "INTERACTION_NOT_KEPT"),
        (item("<drawingInteraction responseIdentifier='RESPONSE'/>", response()), "INTERACTION_NOT_KEPT"),
        (item(choice(prompt=""), response("identifier", "single", "B")), "STEM_MISSING"),
        (item(choice(), ""), "VARIABLE_MISSING"),
        (item(choice(), response("string", "single", "B")), "VARIABLE_UNFIT"),
        (item(choice(choices=CHOICES.partition('<simpleChoice identifier="B')[0]),
              response("identifier", "single", "A")),
         "WRONG_NUMBER_OF_OPTIONS"),
        (item(choice(choices=CHOICES + CHOICES), response("identifier", "single", "A")), "IDENTIFIER_TWICE"),
        (item(choice(), response() + response()), "VARIABLE_TWICE"),
        (
            item(choice(), response("identifier", "single", "B"), processing(sets(1))),
            "SCORE_WITHOUT_RESPONSE",
        ),
        (
            item(choice(most=0), response("identifier", "multiple", "A", "B"), processing(
                when(f"<gte><containerSize>{variable()}</containerSize>{literal('2', 'integer')}</gte>",
                     sets(3)),
                when(f"<member>{literal('A')}{variable()}</member>",
                     sets(f"<sum>{variable('SCORE')}{literal('0.5', 'float')}</sum>")))),
            "SCORING_NOT_KEPT",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_by_name(xml, code):
    assert refusal(xml) == code


def test_several_correct_texts_of_blackboard_are_a_key_where_its_mapping_says_the_same():
    typed = '<p>Mã? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    rules = processing(when(IS_CORRECT))
    both = mapped({"VN": 100, "VNM": 100})
    read = taken(item(typed, response("string", "single", "VN", "VNM", mapping=both), rules))
    assert read.key == Key(1, ("VN", "VNM"), with_case=True)
    for mapping in ("", mapped({"VN": 100}), mapped({"VN": 100, "VNM": 50})):
        declared = response("string", "single", "VN", "VNM", mapping=mapping)
        assert refusal(item(typed, declared, rules)) == "PROCESSING_MISSING"
    assert refusal(item(typed, response("string", "single", "VN", "VNM"))) == "VALUE_UNREADABLE"
