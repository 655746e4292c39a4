"""Tables of parameters and responses: what is read, what is refused and how, and mirt's tables as printed."""

import io

import numpy as np
import pytest

from scoring.errors import InvalidParameters, InvalidTable
from scoring.exchange import (
    ItemTable,
    Reason,
    ResponseTable,
    SparseResponseTable,
    formula_safe,
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
from tests.unit.scoring.mirt_reference import CASES, load, model_of, params_of, responses_of

MIXED = ItemParams.concat(
    [
        ItemParams([1.2, 0.8], [-0.5, 0.25], [0.0, 0.2]),
        ItemParams.polytomous([1.1], [[-1.0, 0.0, 1.5]], ItemModel.GRM),
        ItemParams.polytomous([0.9], [[0.5, -0.5]], ItemModel.GPCM),
        ItemParams([np.nan], [np.nan], [0.0]),
    ]
)
NAMES = ("Q1", "Q2", "essay", "practical", "new")


def problems(read, text, **options):
    with pytest.raises(InvalidTable) as caught:
        read(text, **options)
    return [(problem.row, problem.column, problem.reason) for problem in caught.value.problems]


def same(one, other):
    assert one.models == other.models
    for name in ("a", "b", "c", "thresholds"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-12, nan_ok=True)


def printed(case, name):
    """A table of the reference as R's write.csv would write it, row names in a column without a name."""
    rows = load(case)[name]
    columns = [column for column in rows[0] if "row" not in column]
    lines = [",".join(f'"{column}"' for column in ["", *columns])]
    lines += [f'"{row[".row"]}",' + ",".join(repr(row[column]) for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_slopes_and_intercepts_printed_by_mirt_are_the_irt_parameters_it_printed(case):
    told = [model_of(case)] * len(load(case)["items"])
    from_slopes = read_mirt(printed(case, "coef"), models=told)
    from_irt = read_mirt(printed(case, "coef_irt"), models=told)
    assert from_slopes.items == from_irt.items == tuple(load(case)["items"])
    same(from_slopes.params, from_irt.params)
    same(from_slopes.params, params_of(case))


@pytest.mark.parametrize("case", CASES)
def test_tables_for_mirt_hold_the_numbers_mirt_printed(case):
    table = ItemTable(tuple(load(case)["items"]), params_of(case))
    for irt, name in ((False, "coef"), (True, "coef_irt")):
        header, *lines = [line.split(",") for line in write_mirt(table, irt=irt).splitlines()]
        for line, row in zip(lines, load(case)[name], strict=True):
            written = dict(zip(header, line, strict=True))
            for column, value in row.items():
                if "row" not in column:
                    assert float(written[column]) == pytest.approx(value, abs=1e-12)


def test_models_are_told_from_the_columns_of_slopes_and_intercepts():
    for case in ("lsat7_2pl", "lsat7_3pl_prior", "verbal_grm", "verbal_gpcm"):
        assert set(read_mirt(printed(case, "coef")).params.models) == {model_of(case)}
    assert problems(read_mirt, printed("verbal_grm", "coef_irt"))[0] == (2, "itemtype", Reason.VALUE_MISSING)


def test_mirt_tables_of_mixed_models_come_back():
    table = ItemTable(NAMES, MIXED)
    for irt in (False, True):
        back = read_mirt(write_mirt(table, irt=irt))
        assert back.items == NAMES
        same(back.params, MIXED)


def test_what_mirt_has_and_we_do_not_is_refused_by_cell():
    text = "item,a1,a2,d,g,u\nx,1,0.5,0,0,1\ny,1,0,0,0,0.95\nz,0,0,1,0,1\nw,1,0,,0,1\nv,1,0,1,1.2,1\n"
    assert problems(read_mirt, text) == [
        (2, "a2", Reason.NOT_ALLOWED_HERE),
        (3, "u", Reason.NOT_ALLOWED_HERE),
        (4, "a1", Reason.NOT_IN_RANGE),
        (5, "d", Reason.VALUE_MISSING),
        (6, "g", Reason.NOT_IN_RANGE),
    ]
    nominal = "item,a1,ak0,ak1,ak2,d0,d1,d2\nx,1,0,1.5,2,0,1,2\n"
    assert problems(read_mirt, nominal) == [(2, "ak1", Reason.NOT_ALLOWED_HERE)]
    graded = "item,a1,d1,d2\nx,1,0,0.5\ny,1,,-1\n"
    assert problems(read_mirt, graded) == [(2, "d2", Reason.NOT_IN_ORDER), (3, "d1", Reason.VALUE_MISSING)]
    assert problems(read_mirt, "item,a1,c,d\nx,1,0,0\n") == [(1, "c", Reason.COLUMN_UNKNOWN)]


VALUES = """group,item,class,name,parnum,value,lbound,ubound,est,const,nconst,prior.type,prior_1,prior_2
boys,Q1,dich,a1,1,1,-Inf,Inf,FALSE,none,none,none,NaN,NaN
boys,Q1,dich,d,2,0.5,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,Q1,dich,g,3,0,0,1,FALSE,none,none,none,NaN,NaN
boys,Q1,dich,u,4,1,0,1,FALSE,none,none,none,NaN,NaN
boys,Q2,graded,a1,5,2,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,Q2,graded,d1,6,1,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,Q2,graded,d2,7,-1,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,Q3,gpcm,a1,8,0.5,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,Q3,gpcm,ak0,9,0,-Inf,Inf,FALSE,none,none,none,NaN,NaN
boys,Q3,gpcm,ak1,10,1,-Inf,Inf,FALSE,none,none,none,NaN,NaN
boys,Q3,gpcm,ak2,11,2,-Inf,Inf,FALSE,none,none,none,NaN,NaN
boys,Q3,gpcm,d0,12,0,-Inf,Inf,FALSE,none,none,none,NaN,NaN
boys,Q3,gpcm,d1,13,0.5,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,Q3,gpcm,d2,14,0.25,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,GROUP,GroupPars,MEAN_1,15,0.3,-Inf,Inf,TRUE,none,none,none,NaN,NaN
boys,GROUP,GroupPars,COV_11,16,1.44,1e-04,Inf,TRUE,none,none,none,NaN,NaN
girls,Q1,dich,a1,17,1.5,-Inf,Inf,TRUE,none,none,none,NaN,NaN
girls,Q1,dich,d,18,3,-Inf,Inf,TRUE,none,none,none,NaN,NaN
girls,Q1,dich,g,19,0.2,0,1,TRUE,none,none,none,NaN,NaN
girls,Q1,dich,u,20,1,0,1,FALSE,none,none,none,NaN,NaN
"""


def test_the_long_table_of_values_is_read_by_group():
    boys, girls = read_mirt_values(VALUES)
    assert (boys.name, boys.mean, boys.variance) == ("boys", 0.3, 1.44)
    assert (girls.name, girls.mean, girls.variance) == ("girls", 0.0, 1.0)
    assert boys.table.items == ("Q1", "Q2", "Q3")
    assert boys.table.params.models == (ItemModel.RASCH, ItemModel.GRM, ItemModel.GPCM)
    assert boys.table.params.thresholds == pytest.approx(
        np.array([[-0.5, np.nan], [-0.5, 0.5], [-1.0, 0.5]]), nan_ok=True
    )
    assert girls.table.params.models == (ItemModel.THREE_PL,)
    assert (girls.table.params.b[0], girls.table.params.c[0]) == (-2.0, 0.2)


def test_faults_of_the_long_table_are_named_and_nothing_is_read():
    text = VALUES.replace("Q2,graded", "Q2,nominal").replace("0.25,-Inf", "x,-Inf")
    assert (6, "class", Reason.UNKNOWN) in problems(read_mirt_values, text)
    assert (15, "value", Reason.NOT_A_NUMBER) in problems(read_mirt_values, text)
    assert problems(read_mirt_values, VALUES + VALUES.splitlines()[20])[0] == (22, "name", Reason.REPEATED)
    assert problems(read_mirt_values, "group,item,class,name\n") == [(1, "value", Reason.COLUMN_MISSING)]


def test_parameters_with_errors_survive_the_table_to_the_last_bit():
    table = ItemTable(
        NAMES, MIXED, np.array([0.1, 1 / 3, 0.2, 0.1, np.nan]), np.array([0.1, 0.2, 0.1, 0.1, np.nan]),
        np.array([np.nan, 0.05, np.nan, np.nan, np.nan]),
        np.array([[0.1, np.nan, np.nan], [0.2, np.nan, np.nan], [0.1, 0.2, 0.3], [0.3, 0.4, np.nan],
                  [np.nan] * 3]),
    )  # fmt: skip
    back = read_params(io.StringIO(write_params(table), newline=""))
    assert back.items == NAMES
    assert back.params.models == MIXED.models
    for name in ("a", "b", "c", "thresholds"):
        assert np.array_equal(getattr(back.params, name), getattr(MIXED, name), equal_nan=True)
        assert np.array_equal(getattr(back, f"se_{name}"), getattr(table, f"se_{name}"), equal_nan=True)


def test_a_table_typed_by_hand_needs_no_more_than_its_model():
    text = "\ufeffmodel;item;a;b;threshold_1;threshold_2\n2PL;x;1;NA;;\nGPCM;y;0,5;;-1;1\n"
    assert problems(read_params, text, delimiter=";") == [
        (2, "b", Reason.VALUE_MISSING),
        (3, "a", Reason.NOT_A_NUMBER),
    ]
    good = text.replace("NA", "-2").replace("0,5", "0.5")
    params = read_params(good, delimiter=";").params
    assert params.b == pytest.approx([-2.0, 0.0])
    assert params.models == (ItemModel.TWO_PL, ItemModel.GPCM)


def test_every_fault_of_a_table_of_parameters_is_named_at_once():
    header = "item,model,a,b,c,threshold_1,threshold_2,threshold_3,se_a\n"
    rows = [
        "x,2PL,1,0,0,,,,-0.1", "x,4PL,1,0,0,,,,", ",2PL,1,0,0,,,,", "y,3PL,1,0,1,,,,", "z,2PL,1,0,0,1,,,",
        "u,GPCM,1,,0,1,,2,", "v,GRM,1,,0,1,0.5,2,", "w,PCM,1,5,0,1,2,3,", "t,GRM,1,,0.1,1,2,3,",
        "s,GPCM,1,,,,,,", "r,2PL,inf,1_0,0,,,,",
    ]  # fmt: skip
    assert problems(read_params, header + "\n".join(rows)) == [
        (2, "se_a", Reason.NOT_IN_RANGE),
        (3, "item", Reason.REPEATED),
        (3, "model", Reason.UNKNOWN),
        (4, "item", Reason.VALUE_MISSING),
        (5, "c", Reason.NOT_IN_RANGE),
        (6, "threshold_1", Reason.NOT_ALLOWED_HERE),
        (7, "threshold_2", Reason.GAP),
        (8, "threshold_2", Reason.NOT_IN_ORDER),
        (9, "b", Reason.CONTRADICTS),
        (10, "c", Reason.NOT_ALLOWED_HERE),
        (11, "threshold_1", Reason.VALUE_MISSING),
        (12, "a", Reason.NOT_A_NUMBER),
        (12, "b", Reason.NOT_A_NUMBER),
    ]


def test_broken_tables_are_refused_as_such():
    assert problems(read_params, "") == [(1, "", Reason.EMPTY_TABLE)]
    assert problems(read_params, "item,a\n") == [
        (1, "model", Reason.COLUMN_MISSING),
        (1, "b", Reason.COLUMN_MISSING),
    ]
    assert problems(read_params, "item,model,a,b,extra\n") == [(1, "extra", Reason.COLUMN_UNKNOWN)]
    assert problems(read_responses, "person,x,x\n") == [(1, "x", Reason.COLUMN_REPEATED)]
    assert problems(read_responses, "person,x\np\n\nq,1\n") == [(2, "", Reason.WRONG_NUMBER_OF_CELLS)]
    assert problems(read_responses, 'person,x\n"p,1\n')[0][2] is Reason.UNREADABLE


def test_wide_responses_hold_marks_and_what_was_never_presented():
    text = "person,Q1,Q2\nan,1,\nbinh,NA,3\nchi,0,2.0\n"
    table = read_responses(text)
    assert table.persons == ("an", "binh", "chi")
    assert table.responses.tolist() == [[1, MISSING], [MISSING, 3], [0, 2]]
    assert write_responses(table) == "person,Q1,Q2\r\nan,1,\r\nbinh,,3\r\nchi,0,2\r\n"
    bad = "person,Q1,Q2\nan,1.5,-1\nan,x,100\n,1,0\n"
    assert problems(read_responses, bad) == [
        (2, "Q1", Reason.NOT_A_MARK),
        (2, "Q2", Reason.NOT_A_MARK),
        (3, "person", Reason.REPEATED),
        (3, "Q1", Reason.NOT_A_MARK),
        (3, "Q2", Reason.NOT_IN_RANGE),
        (4, "person", Reason.VALUE_MISSING),
    ]


def test_long_responses_come_in_any_order_and_keep_who_has_none():
    text = "mark,item,person\n1,Q2,an\n0,Q1,binh\nNA,Q1,chi\n2,Q1,an\n"
    table = read_long_responses(text, items=("Q1", "Q2", "Q3"))
    assert table.persons == ("an", "binh", "chi")
    assert table.responses.dense().tolist() == [[2, 1, MISSING], [0, MISSING, MISSING], [MISSING] * 3]
    assert write_long_responses(table) == "person,item,mark\r\nan,Q1,2\r\nan,Q2,1\r\nbinh,Q1,0\r\n"
    assert read_long_responses(text).items == ("Q2", "Q1")
    bad = text + "1,Q1,an\n1,Q9,an\n"
    assert problems(read_long_responses, bad, items=("Q1", "Q2")) == [
        (6, "mark", Reason.REPEATED),
        (7, "item", Reason.UNKNOWN),
    ]


def test_public_responses_survive_both_tables():
    responses = responses_of("verbal_grm")
    persons = tuple(f"p{place}" for place in range(len(responses)))
    items = tuple(load("verbal_grm")["items"])
    wide = read_responses(write_responses(ResponseTable(persons, items, responses)))
    assert np.array_equal(wide.responses, responses)
    sparse = SparseResponseTable(persons, items, SparseResponses.from_dense(responses))
    assert np.array_equal(read_long_responses(write_long_responses(sparse)).responses.dense(), responses)


def test_no_name_can_start_a_formula_and_none_is_changed_on_the_way():
    names = ("=1+1", "+x", "-x", "@x", "\tx", "'=x", "'x")
    params = ItemParams.two_pl(np.ones(7), np.zeros(7))
    for text in (write_params(ItemTable(names, params)), write_mirt(ItemTable(names, params))):
        for line in text.splitlines()[1:]:
            assert not line.lstrip('"').startswith(("=", "+", "-", "@", "\t"))
    assert read_params(write_params(ItemTable(names, params))).items == names
    assert read_mirt(write_mirt(ItemTable(names, params))).items == names
    assert [formula_safe(name) for name in names] == ["'=1+1", "'+x", "'-x", "'@x", "'\tx", "''=x", "'x"]
    marks = ResponseTable(names, names, np.zeros((7, 7), dtype=np.int8))
    back = read_responses(write_responses(marks))
    assert (back.persons, back.items) == (names, names)


def test_names_that_could_not_be_read_back_are_refused():
    params = ItemParams.two_pl([1.0, 1.0], [0.0, 0.0])
    with pytest.raises(InvalidTable, match="REPEATED"):
        ItemTable(("x", "x"), params)
    with pytest.raises(InvalidTable, match="VALUE_MISSING"):
        ItemTable(("x", " "), params)
    with pytest.raises(InvalidParameters, match="expected 2 names, got 1"):
        ItemTable(("x",), params)
    with pytest.raises(InvalidParameters, match="se_a: expected shape"):
        ItemTable(("x", "y"), params, se_a=np.ones(3))
    with pytest.raises(InvalidTable):
        write_responses(ResponseTable(("p",), ("person",), np.zeros((1, 1), dtype=np.int8)))
