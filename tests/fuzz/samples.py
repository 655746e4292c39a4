"""The whole files that are broken: of every format that is read, with every interaction and fact."""

from __future__ import annotations

import hashlib
import zipfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from item_bank.formats.catalog import FORMATS, FileFormat, write_any
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem, Statistics
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key, Weights
from item_bank.media import reference
from item_bank.pool import Pool
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from tests.unit.item_bank.pictures import png
from tests.unit.item_bank.qti_samples import single

DATA: Final = Path(__file__).resolve().parents[1] / "data"
PICTURE: Final = png(40, 30)
SHA256: Final = hashlib.sha256(PICTURE).hexdigest()
_SHOWN: Final = reference(SHA256, "Sơ đồ")
_FOUR: Final = tuple(Option(id_, f"<p>Phương án {id_}</p>") for id_ in "ABCD")
_PAIRS: Final = tuple(Place(id_, f"Vế {id_}") for id_ in "xyz")
_FACTS: Final = BankFacts(
    "T01-001", "T01", CognitiveLevel.APPLY, "Điều 24 Luật Hải quan", 0.6, Pool.PRACTICE, ("T01-002",)
)
_ENGLISH: Final = Translation("What?", {id_: f"Option {id_}" for id_ in "ABCD"}, rationale="Because.")
_WEIGHTS: Final = Weights({"A": Fraction(1), "B": Fraction(1, 2)}, best=Fraction(1))


def bank() -> ForeignBank:
    """An item of every interaction, some with all that may stand beside one."""
    shared = Stimulus("Tình huống 1", f"<p>Lô hàng {_SHOWN}</p>", f"<p>The goods {_SHOWN}</p>")
    ask = Interaction
    made: list[tuple[str, Asked, Key]] = [
        ("Một?", Asked(ask.SINGLE_CHOICE, _FOUR), Key(1, ("B",))),
        ("Phần?", Asked(ask.SINGLE_CHOICE, _FOUR), Key(1, ("A",), Credit.WEIGHTS, weights=_WEIGHTS)),
        (
            "Đúng?",
            Asked(ask.TRUE_FALSE, (Option("T", "Đúng"), Option("F", "Sai"))),
            Key(1, ("T",)),
        ),
        ("Nhiều?", Asked(ask.MULTIPLE_RESPONSE, _FOUR), Key(1, ("A C",), Credit.PARTS)),
        ("Xếp", Asked(ask.ORDER, _FOUR), Key(1, ("B A D C",), Credit.PARTS)),
        ("Ghép", Asked(ask.MATCH, _FOUR, _PAIRS), Key(1, ("A>x B>y C>z",), Credit.PARTS)),
        (r"Tính \(\frac{1}{2}\)", Asked(ask.NUMERIC), Key(1, ("0.5",), tolerance=Decimal("0.1"))),
        ("Mã?", Asked(ask.SHORT_TEXT), Key(1, ("VNACCS", "VCIS"))),
        ("Điền [[g]]", Asked(ask.GAP_MATCH, _FOUR, (Place("g"),)), Key(1, ("A>g",), Credit.PARTS)),
        (
            "Chọn [[h]]",
            Asked(ask.INLINE_CHOICE, (Option("a", "một", "h"), Option("b", "hai", "h")), (Place("h"),)),
            Key(1, ("a>h",), Credit.PARTS),
        ),
        (
            f"Chỗ nào? {_SHOWN}",
            Asked(
                ask.HOTSPOT,
                places=(
                    Place("X", "X", Area("circle", (9, 9, 5))),
                    Place("Y", "Y", Area("rect", (1, 1, 5, 5))),
                ),
            ),
            Key(1, ("X",)),
        ),
        ("Nêu", Asked(ask.ESSAY), Key(1, (), rubric=(Criterion("Đủ bước", 10),))),
    ]
    items = []
    for number, (stem, asked, key) in enumerate(made, start=1):
        facts = _FACTS if number % 2 else BankFacts()
        english = _ENGLISH if asked.options == _FOUR and not asked.places else None
        items.append(
            ForeignItem(
                f"Câu {number}",
                stem,
                asked,
                key,
                "Vì <b>thế</b>",
                2.0,
                "vi",
                ("T01", "Thủ tục"),
                ("hải quan",),
                ("https://case.example/1",),
                Statistics(1.0, 0.5, n_responses=300),
                facts,
                shared if number % 3 == 1 else None,
                english,
            )
        )
    return ForeignBank(tuple(items), {SHA256: PICTURE})


def samples() -> dict[str, tuple[str, bytes]]:
    """By name: the file's name and its bytes."""
    whole = bank()
    found: dict[str, tuple[str, bytes]] = {}
    for form, row in FORMATS.items():
        if row.write is None:
            continue
        found[form.value] = (f"x{row.suffixes[0]}", write_any(form, whole))
    found["qti item"] = ("x.xml", single())
    for path in (*sorted((DATA / "moodle").iterdir()), *sorted((DATA / "qti12").iterdir())):
        if path.suffix in {".zip", ".txt", ".xml"}:
            found[path.name] = (path.name, path.read_bytes())
    with zipfile.ZipFile(DATA / "qti12" / "text2qti.zip") as archive:
        name = next(one for one in archive.namelist() if one.count("text2qti_assessment") == 2)
        found["text2qti file"] = ("x.xml", archive.read(name))
    if (word := DATA / "docx").is_dir():
        found |= {path.name: (path.name, path.read_bytes()) for path in sorted(word.glob("*.docx"))[:4]}
    return found


def format_of(name: str) -> str:
    """The row of the table that a sample counts in."""
    for word, form in (
        ("aiken", FileFormat.AIKEN),
        ("gift", FileFormat.GIFT),
        ("moodle", FileFormat.MOODLE_XML),
        ("canvas", FileFormat.QTI_12),
        ("text2qti", FileFormat.QTI_12),
        ("blackboard", FileFormat.QTI_21),
        ("docx", FileFormat.DOCX),
    ):
        if word in name:
            return form.value
    return name
