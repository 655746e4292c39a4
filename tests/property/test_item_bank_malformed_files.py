"""Files of any format broken at random, through the one door: each is read and sound, or refused.

`make fuzz-imports` does the same with tens of thousands, in processes whose time and memory are measured.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import Fate, ForeignBank
from item_bank.formats.qti12.read import read_qti12
from item_bank.formats.recognition import read_any
from tests.fuzz.breaking import broken
from tests.fuzz.samples import samples
from tests.fuzz.workers import check

PER_SAMPLE = 8
SAMPLES = samples()


def read_or_refused(read: Callable[[], ForeignBank]) -> None:
    """What is read is sound; anything but a refusal of the whole file is a fault."""
    try:
        bank = read()
    except ImportRefused:
        return
    check(bank)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_whole_file_is_read(name: str):
    _form, bank = read_any(*SAMPLES[name])
    assert bank.count(Fate.REFUSED) < len(bank.items)
    check(bank)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_broken_file_is_read_or_refused_soon(name: str):
    called, whole = SAMPLES[name]
    for seed in range(PER_SAMPLE):
        way, data = broken(whole, random.Random(f"{name}:{seed}"))
        began = time.process_time()
        read_or_refused(lambda data=data: read_any(called, data)[1])
        assert time.process_time() - began < 5, (way, seed)


NAMES = [
    "item",
    "section",
    "assessment",
    "objectbank",
    "presentation",
    "material",
    "mattext",
    "response_lid",
    "response_str",
    "render_choice",
    "response_label",
    "resprocessing",
    "respcondition",
    "conditionvar",
    "varequal",
    "vargte",
    "varlte",
    "and",
    "or",
    "not",
    "other",
    "setvar",
    "itemmetadata",
    "qtimetadata",
    "qtimetadatafield",
    "fieldlabel",
    "fieldentry",
    "itemfeedback",
    "selection_ordering",
]
_word = st.sampled_from(NAMES)
_said = st.dictionaries(
    st.sampled_from(["ident", "title", "rcardinality", "respident", "varname", "action", "continue"]),
    st.sampled_from(["a", "b", "SCORE", "Single", "Multiple", "Set", "Add", "Yes", "No", "text/html", ""]),
    max_size=3,
)
_leaf = st.sampled_from(
    ["", "a", "b", "100", "-50", "1e9", "question_type", "multiple_choice_question", "matching_question",
     "numerical_question", "short_answer_question", "fill_in_multiple_blanks_question", "essay_question",
     "multiple_dropdowns_question", "multiple_answers_question", "&lt;p&gt;[a] [b]&lt;/p&gt;"]
)  # fmt: skip


def _element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, said, parts: (
            f"<{name}{''.join(f' {key}={value!r}' for key, value in said.items())}>{''.join(parts)}</{name}>"
        ),
        _word,
        _said,
        st.lists(inside, max_size=5),
    )


@given(st.lists(st.recursive(_leaf, _element, max_leaves=30), max_size=6))
def test_elements_of_qti_12_in_any_order_make_items_or_a_refusal(parts: list[str]):
    kind = "<itemmetadata><qtimetadata>{}</qtimetadata></itemmetadata>"
    inside = f"<item ident='i'>{kind.format('')}{''.join(parts)}</item>{''.join(parts)}"
    read_or_refused(lambda: read_qti12(f"<questestinterop>{inside}</questestinterop>".encode()))


@given(st.binary(max_size=200), st.text(max_size=20))
def test_whatever_the_bytes_and_the_name_a_file_is_read_or_refused(data: bytes, name: str):
    for start in (b"", b"PK\x03\x04", b"<questestinterop>", b"<quiz>", b"ANSWER: A\nA. x\n"):
        read_or_refused(lambda start=start: read_any(name, start + data)[1])
