"""Whatever is written as a table comes back from it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import InvalidTable
from scoring.exchange import (
    ItemTable,
    ResponseTable,
    SparseResponseTable,
    read_long_responses,
    read_mirt,
    read_mirt_values,
    read_params,
    read_responses,
    write_long_responses,
    write_mirt,
    write_params,
    write_responses,
)
from scoring.params import ItemModel, ItemParams
from scoring.responses import MISSING, SparseResponses

NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8).filter(str.strip)
TRICKY = st.sampled_from(["=1+1", "'=x", "''-y", "@", "'", 'a"b', "c,d", "\r", "x\ny", "NA", "1", "'+", "é"])
LABELS = st.one_of(NAMES, TRICKY.filter(str.strip))


def floats(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def items(draw):
    """One item of any model, now and then without parameters."""
    model = draw(st.sampled_from(list(ItemModel)))
    c = draw(floats(0, 0.5)) if model is ItemModel.THREE_PL else 0.0
    if draw(st.integers(0, 9)) == 0:
        return ItemParams([np.nan], [np.nan], [c], None, (model,))
    a = 1.0 if model.has_unit_slope else draw(floats(0.1, 4))
    n = 1 if model.is_dichotomous else draw(st.integers(1, 5))
    steps = draw(st.lists(floats(-5, 5), min_size=n, max_size=n, unique=True))
    if model is ItemModel.GRM:
        steps = (np.sort(steps) + 0.01 * np.arange(n)).tolist()
    return ItemParams([a], steps[:1], [c], [steps], (model,))


@st.composite
def tables(draw):
    params = ItemParams.concat(draw(st.lists(items(), min_size=1, max_size=5)))
    names = draw(st.lists(LABELS, min_size=params.n_items, max_size=params.n_items, unique=True))
    return ItemTable(tuple(names), params)


@st.composite
def response_tables(draw):
    persons = draw(st.lists(LABELS, max_size=4, unique=True))
    columns = draw(
        st.lists(LABELS.filter(lambda name: name != "person"), min_size=1, max_size=4, unique=True)
    )
    marks = st.sampled_from([MISSING, 0, 1, 2, 99])
    rows = [draw(st.lists(marks, min_size=len(columns), max_size=len(columns))) for _ in persons]
    matrix = np.array(rows, dtype=np.int8).reshape(len(persons), len(columns))
    return ResponseTable(tuple(persons), tuple(columns), matrix)


def faults_of(read, text):
    """None where the text could be read."""
    try:
        read(text)
    except InvalidTable as refused:
        return refused.problems
    return None


def trimmed(values):
    """Without columns that hold nothing."""
    return values[:, : max(1, int(np.isfinite(values).sum(axis=1).max(initial=1)))]


@given(tables())
def test_parameters_come_back_to_the_last_bit(table):
    back = read_params(write_params(table))
    assert back.items == table.items
    assert back.params.models == table.params.models
    for name in "abc":
        assert np.array_equal(getattr(back.params, name), getattr(table.params, name), equal_nan=True)
    assert np.array_equal(trimmed(back.params.thresholds), trimmed(table.params.thresholds), equal_nan=True)


@given(tables(), st.booleans())
def test_mirt_tables_come_back_as_the_same_curves(table, irt):
    back = read_mirt(write_mirt(table, irt=irt), models=table.params.models)
    assert back.items == table.items
    assert back.params.models == table.params.models
    assert back.params.a == pytest.approx(table.params.a, nan_ok=True)
    known = table.params.calibrated
    assert back.params.c[known] == pytest.approx(table.params.c[known])
    assert trimmed(back.params.thresholds) == pytest.approx(
        trimmed(table.params.thresholds), abs=1e-10, nan_ok=True
    )


@given(response_tables())
def test_wide_responses_come_back(table):
    back = read_responses(write_responses(table))
    assert (back.persons, back.items) == (table.persons, table.items)
    assert np.array_equal(back.responses, table.responses)


@given(response_tables())
def test_long_responses_come_back_but_for_persons_without_any(table):
    sparse = SparseResponseTable(table.persons, table.items, SparseResponses.from_dense(table.responses))
    back = read_long_responses(write_long_responses(sparse), items=table.items)
    some = (table.responses != MISSING).any(axis=1)
    assert back.persons == tuple(np.array(table.persons, dtype=object)[some])
    assert np.array_equal(back.responses.dense(), table.responses[some])


@given(tables())
def test_no_cell_starts_a_formula(table):
    for text in (write_params(table), write_mirt(table)):
        assert not text.startswith(("=", "+", "-", "@"))
        for name in table.items:
            if name.lstrip("'")[:1] in set("=+-@\t\r\n"):
                assert f"'{name}".replace('"', '""') in text


@settings(max_examples=200)
@given(st.text(alphabet="item,model\n\"'a1b;d0gNA2PL.-=\r\tperson_value", max_size=80))
def test_any_text_is_read_or_refused_with_its_faults(text):
    for read in (read_params, read_mirt, read_mirt_values, read_responses, read_long_responses):
        faults = faults_of(read, text)
        assert faults is None or faults
        assert all(problem.row >= 0 and problem.reason for problem in faults or ())
