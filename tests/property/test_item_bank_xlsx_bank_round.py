"""A workbook carries every item there and back, and whatever is typed in it is read or refused."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem, Statistics
from item_bank.formats.xlsx_bank import template
from item_bank.formats.xlsx_bank.examples import EXAMPLES
from item_bank.formats.xlsx_bank.headers import Header, Slot
from item_bank.formats.xlsx_bank.look import ordered
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.write import carried, pictures_of, write_workbook
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Criterion, Key
from item_bank.pool import Pool
from item_bank.stem import strip_invisible
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from tests.property.foreign_items import PICTURES, items, lines, markups
from tests.property.searches import part
from tests.unit.item_bank.workbook_factory import cell, package, parts

EXCUSED = {"DUPLICATE_OPTION", "DUPLICATE_CODE"}  # texts that differ in their capitals or markup alone
codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
floats = st.none() | st.floats(-4, 4).filter(lambda number: number == 0 or abs(number) > 1e-9)


@st.composite
def facts_of(draw: st.DrawFn) -> BankFacts:
    return BankFacts(
        code=draw(st.none() | codes),
        topic=draw(st.none() | st.sampled_from(["T01", "CNTT-2"])),
        cognitive_level=draw(st.none() | st.sampled_from(list(CognitiveLevel))),
        legal_basis=draw(st.just("") | lines.filter(lambda text: text != "-")),
        judged_share=draw(st.none() | st.floats(0, 1)),
        pool=draw(st.none() | st.sampled_from(list(Pool))),
        enemies=tuple(draw(st.lists(codes.map(lambda one: f"E{one}"), max_size=2, unique=True))),
    )


@st.composite
def translations(draw: st.DrawFn, item: ForeignItem) -> Translation:
    asked = item.asked
    assert asked is not None
    stem = draw(markups(pictures=False))
    if asked.kind.in_stem:
        mark = "[[{0}:word]]" if asked.interaction is Interaction.HOTTEXT else "[[{0}]]"
        stem = " ".join((stem, *(mark.format(id_) for id_ in asked.place_ids)))
    return Translation(
        stem,
        {one.id: draw(markups()) for one in asked.options},
        {one.id: draw(markups()) for one in asked.places if one.content},
        draw(st.just("") | markups()),
    )


@st.composite
def whole_items(draw: st.DrawFn) -> ForeignItem:
    item = draw(items())
    assert item.key is not None
    if item.asked == Asked(Interaction.ESSAY):
        criteria = st.builds(Criterion, lines, st.integers(1, 100))
        item = replace(item, key=Key(2, (), rubric=tuple(draw(st.lists(criteria, max_size=3)))))
    return replace(
        item,
        facts=draw(facts_of()),
        stimulus=draw(
            st.none()
            | st.sampled_from(
                [
                    Stimulus("NL 1", "Ngữ liệu <b>x</b>"),
                    Stimulus("=2", "Ngữ liệu <b>x</b>", "=Material <b>x</b>"),
                ]
            )
        ),
        english=draw(st.none() | translations(item)),
        competencies=tuple(draw(st.lists(lines, max_size=2, unique=True))),
        statistics=draw(
            st.none()
            | st.builds(
                Statistics, floats, floats, floats, floats, floats, st.none() | st.integers(0, 9999)
            ).filter(lambda one: one != Statistics())
        ),
    )


@part(4)
@given(st.lists(whole_items(), min_size=1, max_size=2, unique_by=lambda item: item.facts.code or object()))
def test_what_is_written_comes_back_as_it_was(written: list[ForeignItem]):
    written = [replace(item, where=str(number)) for number, item in enumerate(written)]
    data, lost = write_workbook(ForeignBank(tuple(written), PICTURES))
    reasons = {where: remark.params["reason"] for where, remark in lost}
    for item in written:
        assert reasons.get(item.where, "DUPLICATE_OPTION") in EXCUSED or _has_hidden_signs(item)
    kept = [item for item in written if item.where not in reasons]
    bank = read_workbook(data) if kept else ForeignBank(())
    referred = {name for item in kept for name in pictures_of(item)}
    assert bank.pictures == {name: PICTURES[name] for name in referred}
    assert [carried(item) for item in bank.items] == [_spelled(item, kept) for item in kept]


def _has_hidden_signs(item: ForeignItem) -> bool:
    """Whether the key has characters that nobody sees: none of them may be typed into a cell."""
    assert item.key is not None
    texts = (*item.key.accepted, *(item.key.weights.of if item.key.weights else ()))
    return any(strip_invisible(text) != text for text in texts)


def _spelled(item: ForeignItem, kept: list[ForeignItem]) -> dict[str, object]:
    """Enemies are read in the spelling of the items they name."""
    spelling = {one.facts.code.casefold(): one.facts.code for one in kept if one.facts.code}
    enemies = tuple(spelling.get(enemy.casefold(), enemy) for enemy in item.facts.enemies)
    return carried(replace(item, facts=replace(item.facts, enemies=enemies)))


MORE = (Header.IDS, Header.LIMITS, Header.WEIGHTS, Header.BOUNDS, Header.STATISTICS)
COLUMNS = ordered({*template.COLUMNS, *map(Slot, MORE)})


def _xml(number: int, texts: list[str]) -> str:
    made = [cell(f"{get_column_letter(at)}{number}", text) for at, text in enumerate(texts, start=1) if text]
    return f'<row r="{number}">{"".join(made)}</row>'


cells = st.sampled_from(
    ["A", "1-B; 2-A", "Đ S", "12,5 ± 0,1", "x | y", "[[1]]", "a = 1", "rect 1 2 3 4", "-", "|", ">"]
)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.one_of(cells, st.text(max_size=12), st.sampled_from(list(map(str, range(12))))),
        ),
        max_size=8,
    ),
    st.integers(0, 13),
)
def test_any_words_in_any_cell_are_taken_or_refused(changes: list[tuple[int, str]], example: int):
    row = dict(EXAMPLES[example])
    for at, text in changes:
        row[COLUMNS[at % len(COLUMNS)]] = "".join(sign for sign in text if sign.isprintable())
    sheet = _xml(1, [slot.label for slot in COLUMNS]) + _xml(2, [row.get(slot, "") for slot in COLUMNS])
    data = package(parts(f"<sheetData>{sheet}</sheetData>"))
    (item,) = read_workbook(data).items
    assert (item.asked is None) == (item.refused is not None)
