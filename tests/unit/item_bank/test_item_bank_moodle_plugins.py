"""Question types that widespread plugins add to Moodle, and habits of programs that write its XML."""

from __future__ import annotations

from fractions import Fraction

import pytest

from item_bank.formats.foreign import ForeignItem
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import share
from item_bank.stem import plain_text
from tests.unit.item_bank.test_item_bank_moodle_xml import question, read


def only(kind: str, inside: str) -> ForeignItem:
    return read(question(kind, inside)).items[0]


def marks(found: ForeignItem, *responses: str) -> list[Fraction]:
    assert found.asked is not None, found.refused
    assert found.key is not None
    return [share(found.asked, found.key, one) for one in responses]


def codes(found: ForeignItem) -> list[str]:
    return [remark.code for remark in found.lost]


def statements(method: str, *rows: tuple[str, int], columns: tuple[str, ...] = ("True", "False")) -> str:
    said = f"<scoringmethod>{method}</scoringmethod><shuffleanswers>true</shuffleanswers>"
    for number, (text, right) in enumerate(rows, start=1):
        said += f'<row number="{number}"><optiontext format="html"><text>{text}</text></optiontext></row>'
        said += "".join(
            f'<weight rownumber="{number}" columnnumber="{column}">'
            f"<value>{float(column == right or right == 3):.3f}</value></weight>"
            for column in (1, 2)
        )
    return said + "".join(
        f'<column number="{number}"><responsetext><text>{text}</text></responsetext></column>'
        for number, text in enumerate(columns, start=1)
    )


FOUR = ("Gạo miễn thuế", 1), ("Sắt miễn thuế", 2), ("Chè xuất được", 1), ("Than nhập được", 2)
RIGHT = "A>1 B>2 A>3 B>4"


@pytest.mark.parametrize(
    ("kind", "method", "earned", "lost"),
    [
        ("mtf", "<text>subpoints</text>", [1, Fraction(3, 4), Fraction(1, 2)], []),
        ("mtf", "mtfonezero", [1, 0, 0], []),
        ("kprime", "<text>kprime</text>", [1, Fraction(1, 2), Fraction(1, 4)], ["CREDIT_CHANGED"]),
        ("kprime", "kprimeonezero", [1, 0, 0], []),
    ],
)
def test_a_table_of_statements_is_one(kind: str, method: str, earned: list[Fraction], lost: list[str]):
    found = only(kind, statements(method, *FOUR))
    assert found.asked is not None
    assert found.asked.interaction is Interaction.STATEMENTS
    assert [option.content for option in found.asked.options] == ["Đúng", "Sai"]
    assert marks(found, RIGHT, "A>1 B>2 A>3 A>4", "A>1 B>2 B>3 A>4") == earned
    assert codes(found) == lost


def test_the_columns_keep_their_order_and_their_own_words():
    turned = only("mtf", statements("mtfonezero", *FOUR, columns=("Sai", "Đúng")))
    assert turned.asked is not None
    assert [option.content for option in turned.asked.options] == ["Sai", "Đúng"]
    assert marks(turned, RIGHT, "B>1 A>2 B>3 A>4") == [1, 0]
    own = only("mtf", statements("mtfonezero", *FOUR, columns=("Luồng xanh", "Luồng đỏ")))
    assert own.asked is not None
    assert [option.content for option in own.asked.options] == ["Luồng xanh", "Luồng đỏ"]


def test_a_statement_that_nothing_or_both_are_right_for_has_no_key():
    for right in (0, 3):
        refused = only("mtf", statements("subpoints", ("Gạo", right), ("Sắt", 1))).refused
        assert refused is not None
        assert refused.code == "NO_KEY"
    refused = only("mtf", "<row/><column/>").refused
    assert refused is not None


def pair(asked: str, option: str) -> str:
    return (
        f'<subquestion format="html"><text><![CDATA[{asked}]]></text><answer format="html">'
        f"<text><![CDATA[{option}]]></text></answer></subquestion>"
    )


def test_an_empty_paragraph_beside_an_option_is_a_distractor():
    inside = pair("<p>Gạo</p>", "1006") + pair("<p>Chè</p>", "0902") + pair("<p></p>", "7201")
    found = only("matching", inside)
    assert found.asked is not None
    assert (len(found.asked.places), len(found.asked.options)) == (2, 3)


def test_a_matching_that_is_dragged_has_options_with_markup():
    found = only("ddmatch", pair("<p>Gạo</p>", "<p><b>1006</b></p>") + pair("<p>Chè</p>", "<p>0902</p>"))
    assert found.asked is not None
    names = {plain_text(option.content): option.id for option in found.asked.options}
    assert "<p><b>1006</b></p>" in [option.content for option in found.asked.options]
    assert marks(found, f"{names['1006']}>1 {names['0902']}>2", f"{names['1006']}>1") == [1, Fraction(1, 2)]
