"""Sections as they are typed, one a line, and as a certificate gives them back."""

import pytest
from flask import Flask
from flask_babel import Babel

from examsvc.assembly.blueprint import BlueprintSection, Cell
from examsvc.assembly.findings import Problem
from examsvc.web.exam import assembly_wording as wording
from examsvc.web.exam.blueprint_inputs import parse_matrix
from examsvc.web.exam.section_inputs import (
    SectionRow,
    certified_sections,
    parse_sections,
    picture_sections,
    sections_text,
)

TOPICS = ("T01", "T02", "T03")
LAW = BlueprintSection("Pháp luật", "Law", ("T01", "T02"), 1800)
RISK = BlueprintSection("Quản lý rủi ro", "Risk", ("T03",), 900)
TEXT = "Pháp luật | Law | T01, T02 | 30\nQuản lý rủi ro | Risk | T03 | 15"


def test_a_line_is_a_section():
    typed = parse_sections(TEXT, TOPICS)
    assert (typed.value, typed.problems, typed.text) == ((LAW, RISK), (), TEXT)
    assert sections_text(typed.value) == TEXT


@pytest.mark.parametrize("line", ["A | B | T01", "A|B|T01|", " A\u00a0 |\tB | t01 ; | \r\n\r\n"])
def test_minutes_may_be_left_out_and_spaces_and_empty_lines_mean_nothing(line: str):
    typed = parse_sections("\n" + line, TOPICS)
    assert typed.value == (BlueprintSection("A", "B", ("T01",)),)
    assert sections_text(typed.value) == "A | B | T01"


def test_an_empty_field_makes_the_form_one_piece_and_a_missing_one_says_nothing():
    fields = {"n_items": "30", "minutes": "45"}
    assert parse_matrix({**fields, "sections": " \n "}, TOPICS).edit.sections == ()
    assert parse_matrix(fields, TOPICS).edit.sections is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Pháp luật", "section_parts"),
        ("Pháp luật | Law", "section_parts"),
        ("Pháp luật | Law | T01 | 30 | 5", "section_parts"),
        ("Pháp luật | Law | T01 | nửa giờ", "section_minutes"),
        ("Pháp luật | Law | T01 | -5", "section_minutes"),
        ("Pháp luật | Law | T01 | ٣", "section_minutes"),
        ("Pháp luật | Law | T01 | 1.5", "section_minutes"),
        ("Pháp luật | Law | T01 | " + "9" * 5000, "section_minutes"),
        ("Pháp luật | Law | T01 | 481", "section_limit_range"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_by_its_number_and_kept(line: str, code: str):
    typed = parse_sections(f"A | B | T02\n\n{line}", TOPICS)
    (problem,) = typed.problems
    assert (problem.code, problem.params["section"]) == (code, 2)
    assert typed.text == f"A | B | T02\n{line}"


def test_too_many_lines_are_one_problem():
    typed = parse_sections("x\n" * 21, TOPICS)
    assert [problem.code for problem in typed.problems] == ["sections_many"]


def test_a_topic_that_is_not_there_is_left_for_the_taxonomy_to_refuse():
    assert parse_sections("A | B | t99", TOPICS).value[0].topics == ("t99",)


@pytest.mark.parametrize(
    ("problem", "place", "sentence"),
    [
        (
            Problem("section_topic_twice", {"section": 2, "first": 1, "topic": "T01"}),
            "Sections, line 2",
            "Topic T01 stands in line 1 already.",
        ),
        (
            Problem("section_topics_missing", {"topics": "T02, T03"}),
            "Sections",
            "These topics have items in the table and stand in no section: T02, T03.",
        ),
        (
            Problem("section_limits_sum", {"found": 1800, "expected": 2730}),
            "Sections",
            "The sections last 30 min together, the whole form 45 min 30 s. Both must be equal.",
        ),
        (
            Problem("section_minutes", {"section": 3, "text": "50 %"}),
            "Sections, line 3",
            '"50 %" is not a whole number of minutes.',
        ),
    ],
)
def test_every_problem_names_the_line_and_belongs_to_the_field(problem: Problem, place: str, sentence: str):
    app = Flask("words")
    Babel(app, default_locale="en")
    with app.test_request_context():
        found = (wording.field_of(problem), wording.problem_place(problem), wording.problem_words(problem))
    assert found == ("sections", place, sentence)


def test_a_certificate_gives_the_sections_back():
    cells = [(Cell("T01", "recall"), 4), (Cell("T02", "apply"), 3), (Cell("T03", "apply"), 2)]
    rows = (
        SectionRow("Pháp luật", "Law", "T01, T02", 7, 1800),
        SectionRow("Quản lý rủi ro", "Risk", "T03", 2, 900),
    )
    assert picture_sections((LAW, RISK), cells) == rows
    record = {
        "cells": [
            {"topic": cell.topic, "cognitive_level": cell.cognitive_level, "n_items": n} for cell, n in cells
        ]
    }
    sections = [
        {"name_vi": one.name_vi, "name_en": one.name_en, "topics": list(one.topics), "limit_s": one.limit_s}
        for one in (LAW, RISK)
    ]
    assert certified_sections({"blueprint": {**record, "sections": sections}}) == rows
    assert certified_sections({"blueprint": record}) == ()
