"""Numbers of legal acts, found in what authors type, and when an act holds."""

from datetime import date

import pytest

from item_bank.errors import InvalidActNumber
from item_bank.legal_basis import (
    Kind,
    LegalAct,
    Standing,
    by_rank,
    canonical_number,
    cited_numbers,
    kind_of,
    leads_back,
    standing,
)

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Khoản 2 Điều 24 Luật Hải quan 54/2014/QH13", ["54/2014/QH13"]),
        ("Luật Hải quan số 54/2014/qh 13, Điều 17", ["54/2014/QH13"]),
        ("Nghị định 08/2015/NĐ-CP", ["08/2015/NĐ-CP"]),
        ("NĐ 8/2015/ND-CP", ["08/2015/NĐ-CP"]),
        ("nghị định số 08 / 2015 / nđ – cp", ["08/2015/NĐ-CP"]),
        ("Nghị định 08/2015/NÐ-CP", ["08/2015/NĐ-CP"]),  # the Icelandic letter, typed for Đ
        ("Nghị định 08/2015 của Chính phủ", ["08/2015/NĐ-CP"]),
        ("Thông tư 38/2015/TT-BTC, sửa đổi bởi 39/2018/TT-BTC", ["38/2015/TT-BTC", "39/2018/TT-BTC"]),
        ("38/2015/TT-BTC,39/2018/tt-btc;38/2015/TT-BTC", ["38/2015/TT-BTC", "39/2018/TT-BTC"]),
        ("TT 38/2015/TT BTC", ["38/2015/TT-BTC"]),
        ("TTLT 94/2015/TTLT/BTC-BTNMT", ["94/2015/TTLT-BTC-BTNMT"]),
        ("Quyết định 15/2017/QĐ-TTG và 1810/qđ-tchq", ["15/2017/QĐ-TTg", "1810/QĐ-TCHQ"]),
        ("Thông tư 20/2013/TT-BLDTBXH", ["20/2013/TT-BLĐTBXH"]),
        ("Pháp lệnh 09/2004/PL-UBTVQH11", ["09/2004/PL-UBTVQH11"]),
        ("Quy định 37-QĐ/TW", ["37-QĐ/TW"]),
        ("NĐ 08/2015/NĐ-CP - khoản 2", ["08/2015/NĐ-CP"]),
        ("08/2015/NĐ-CP-sửa đổi", ["08/2015/NĐ-CP"]),
        ("NĐ08/2015/NĐ-CP và TT38/2015/TT-BTC", ["08/2015/NĐ-CP", "38/2015/TT-BTC"]),
        ("08/2015/NĐCP; 38/2015/TTBTC", ["08/2015/NĐ-CP", "38/2015/TT-BTC"]),
        ("08-2015-NĐ-CP, 38.2015.TT-BTC", ["08/2015/NĐ-CP", "38/2015/TT-BTC"]),
        ("08/2015/NĐ_CP, 08\\2015\\NĐ-CP", ["08/2015/NĐ-CP"]),
        ("08/2015/NĐ-СР", ["08/2015/NĐ-CP"]),  # the last two letters are Cyrillic
        ("Nghị định số 08 năm 2015", ["08/2015/NĐ-CP"]),
        ("NĐ-CP 08/2015", ["08/2015/NĐ-CP"]),
        ("Decree No. 08/2015, Article 25", ["08/2015/NĐ-CP"]),
    ],
)
def test_every_spelling_of_a_number_is_found_and_spelled_in_one_way(text: str, numbers: list[str]):
    assert list(cited_numbers(text)) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BLHS 2015, Điều 188",
        "Chú giải 2 Phần XVI; nhóm 84.82",
        "Điều 8.1(c) Hiệp định trị giá GATT/WTO",
        "ngày 21/01/2015/",
        "Điều 4/2015",
        "ISO 6346",
        "TT38/2015",
        "01-02-2015",
        "1.08/2015/NĐ-CP",  # a number cut out of another would be another act
    ],
)
def test_what_is_no_number_of_an_act_is_none(text: str):
    assert cited_numbers(text) == ()


def test_a_number_typed_alone_or_with_words_is_one_number():
    assert canonical_number(" Nghị định số 8/2015/nđ-cp ") == "08/2015/NĐ-CP"


@pytest.mark.parametrize(
    ("text", "code"),
    [("Luật Hải quan", "INVALID_ACT_NUMBER"), ("54/2014/QH13, 01/2015/NĐ-CP", "SEVERAL_ACT_NUMBERS")],
)
def test_no_number_and_two_numbers_are_refused(text: str, code: str):
    with pytest.raises(InvalidActNumber) as refused:
        canonical_number(text)
    assert refused.value.code == code


def test_the_number_tells_the_kind():
    assert kind_of("54/2014/QH13") is Kind.LAW
    assert kind_of("08/2015/NĐ-CP") is Kind.DECREE
    assert kind_of("94/2015/TTLT-BTC-BTNMT") is Kind.CIRCULAR
    assert kind_of("15/2014/L-CTN") is Kind.OTHER


def test_an_act_holds_from_its_first_day_to_the_day_before_its_repeal():
    act = LegalAct("08/2015/NĐ-CP", date(2015, 3, 15), DAY)
    assert standing(act, date(2015, 3, 14)) is Standing.NOT_YET
    assert standing(act, date(2015, 3, 15)) is Standing.IN_FORCE
    assert standing(act, date(2026, 2, 28)) is Standing.IN_FORCE
    assert standing(act, DAY) is Standing.REPEALED
    assert standing(LegalAct("08/2015/NĐ-CP"), DAY) is Standing.IN_FORCE
    assert standing(None, DAY) is Standing.UNKNOWN


def test_an_act_never_replaces_itself_even_by_way_of_others():
    register = {"B": "C", "C": "A", "A": None, "X": "Y", "Y": "X"}
    assert leads_back("A", "A", register)
    assert leads_back("A", "B", register)
    assert not leads_back("D", "B", register)
    assert not leads_back("D", "X", register)  # a ring that somebody else made is no reason to go round


def test_laws_come_before_decrees_and_the_newest_first():
    assert by_rank(["38/2015/TT-BTC", "08/2015/NĐ-CP", "59/2018/NĐ-CP", "54/2014/QH13"]) == [
        "54/2014/QH13",
        "59/2018/NĐ-CP",
        "08/2015/NĐ-CP",
        "38/2015/TT-BTC",
    ]
