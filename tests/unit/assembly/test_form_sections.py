"""Claims about sections: contradictions are told, forms keep parts together, old forms stay as they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from examsvc.assembly.audit import Rules, audit_form
from examsvc.assembly.blueprint import Blueprint, BlueprintSection, Cell, validate
from examsvc.assembly.certificate import certificate_checksum, certify
from examsvc.assembly.errors import BlueprintInvalid
from examsvc.assembly.pool import PoolItem
from examsvc.assembly.solve import AssemblyRequest, assemble
from examsvc.assembly.target import Target

LAW = BlueprintSection("Pháp luật", "Law", ("T03", "T01"))
RISK = BlueprintSection("Rủi ro", "Risk", ("T02",))
BLUEPRINT = Blueprint(
    "BP-X",
    "X",
    1,
    12,
    3600,
    ((Cell("T01", "recall"), 4), (Cell("T02", "apply"), 5), (Cell("T03", "apply"), 3)),
    max_overlap=4,
)


def cut(*sections: BlueprintSection) -> Blueprint:
    return replace(BLUEPRINT, sections=sections)


def timed(section: BlueprintSection, limit_s: int | None) -> BlueprintSection:
    return replace(section, limit_s=limit_s)


@pytest.fixture(scope="module")
def pool() -> tuple[PoolItem, ...]:
    rng = np.random.default_rng(11)
    places = [("T01", "recall"), ("T02", "apply"), ("T03", "apply")] * 12
    return tuple(
        PoolItem(100 + i, f"{topic}-{i}", topic, level, float(rng.lognormal(0, 0.2)), float(rng.normal()))
        for i, (topic, level) in enumerate(places)
    )


@pytest.mark.parametrize(
    "sections",
    [
        (),
        (LAW, RISK),
        (timed(RISK, 1200), timed(LAW, 2400)),
        (replace(LAW, topics=("T01", "T03", "T09")), RISK),  # a topic without items is nobody's harm
        (replace(LAW, topics=("T01", "T02", "T03")),),
    ],
)
def test_sections_that_hold_every_topic_once_are_fine(sections):
    assert validate(cut(*sections)) == ()


@pytest.mark.parametrize(
    ("sections", "code", "params"),
    [
        ((replace(LAW, topics=("T01",)),), "section_topics_missing", {"topics": "T02, T03"}),
        ((LAW,), "section_topics_missing", {"topics": "T02"}),
        (
            (LAW, replace(RISK, topics=("T02", "T01"))),
            "section_topic_twice",
            {"section": 2, "first": 1, "topic": "T01"},
        ),
        (
            (replace(LAW, topics=("T01", "T03", "T01")), RISK),
            "section_topic_twice",
            {"section": 1, "first": 1, "topic": "T01"},
        ),
        ((timed(LAW, 3600), RISK), "section_limits_mixed", {"found": 1, "expected": 2}),
        (
            (timed(LAW, 1800), timed(RISK, 1860)),
            "section_limits_sum",
            {"found": 3660, "expected": 3600},
        ),
        ((timed(LAW, 3600), timed(RISK, 0)), "section_limit_range", {"section": 2, "limit_s": 0}),
        ((LAW, replace(RISK, name_vi=" ")), "section_name_range", {"section": 2, "most": 200}),
        ((replace(LAW, name_en=""), RISK), "section_name_range", {"section": 1, "most": 200}),
        ((replace(LAW, name_vi="x" * 201), RISK), "section_name_range", {"section": 1, "most": 200}),
        ((replace(LAW, name_vi="a\u202eb"), RISK), "section_name_range", {"section": 1, "most": 200}),
        ((LAW, RISK, replace(RISK, topics=())), "section_empty", {"section": 3}),
        ((LAW, RISK, replace(RISK, topics=("T09",))), "section_empty", {"section": 3}),
        ((LAW, RISK, *[replace(RISK, topics=())] * 19), "sections_many", {"found": 21, "most": 20}),
    ],
)
def test_sections_that_contradict_themselves_are_told(sections, code, params):
    problems = validate(cut(*sections))
    assert (code, params) in [(problem.code, problem.params) for problem in problems]
    assert {problem.code for problem in problems} <= {code, "section_empty"}


def test_no_form_is_made_from_sections_that_contradict_themselves(pool):
    with pytest.raises(BlueprintInvalid):
        assemble(AssemblyRequest(cut(LAW), pool))


def test_items_stand_in_their_sections_in_the_order_that_chance_gave_without_any(pool):
    by_id = {item.version_id: item for item in pool}
    whole = assemble(AssemblyRequest(BLUEPRINT, pool, seed=4)).forms
    parts = assemble(AssemblyRequest(cut(RISK, LAW), pool, seed=4)).forms
    for one, other in zip(whole, parts, strict=True):
        risk = tuple(i for i in one if by_id[i].topic == "T02")
        law = tuple(i for i in one if by_id[i].topic != "T02")
        assert other == risk + law
        assert one != other
        assert law != tuple(sorted(law, key=lambda i: by_id[i].topic))  # mixed within a section


def test_a_form_in_one_piece_is_ordered_by_chance_alone_as_it_always_was(pool):
    for number, form in enumerate(assemble(AssemblyRequest(BLUEPRINT, pool, seed=9)).forms):
        by_chance = np.random.default_rng([9, 2, number]).permutation(sorted(form)).tolist()
        assert list(form) == by_chance


def test_a_certificate_names_sections_only_where_there_are_any(pool):
    requests = [AssemblyRequest(blueprint, pool, seed=4) for blueprint in (BLUEPRINT, cut(LAW, RISK))]
    whole, parts = (certify(request, assemble(request)).as_dict() for request in requests)
    assert "sections" not in whole["blueprint"]
    assert parts["blueprint"]["sections"] == [
        {"name_vi": "Pháp luật", "name_en": "Law", "topics": ["T03", "T01"], "limit_s": None},
        {"name_vi": "Rủi ro", "name_en": "Risk", "topics": ["T02"], "limit_s": None},
    ]
    assert certificate_checksum(parts) == parts["checksum"]
    again = certify(requests[1], assemble(requests[1])).as_dict()
    assert again == parts


def test_the_auditor_finds_an_item_outside_its_section(pool):
    (form,) = assemble(AssemblyRequest(cut(LAW, RISK), pool, n_forms=1, seed=4)).forms
    target = Target((), (), (), 1.0)
    rules = Rules(cut(LAW, RISK), (), target, 0.05, 4)
    assert audit_form(form, pool, rules) == []
    swapped = (*form[:6], form[7], form[6], *form[8:])
    broken = audit_form(swapped, pool, rules)
    assert [(found.code, found.params["version_id"]) for found in broken] == [("section_broken", form[6])]
    assert audit_form(swapped, pool, replace(rules, blueprint=BLUEPRINT)) == []


def test_a_sections_size_is_that_of_its_topics():
    assert cut(RISK, LAW).section_sizes == (5, 7)
    assert BLUEPRINT.section_sizes == ()
