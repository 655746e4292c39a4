"""Packages and items broken at random: each is read, item by item, or refused; never anything else."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import Fate, ForeignBank, ForeignItem, Statistics
from item_bank.formats.qti.read import read_item, read_package
from item_bank.formats.qti.write import write_package
from item_bank.interactions.asked import Asked, Option, Place, check_stem
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key, check_key
from tests.property.damage import broken_directory, broken_part, flipped, packed

FOUR = tuple(Option(id_, f"Phương án {id_}") for id_ in "ABCD")
BANK = [
    ForeignItem("1", "Một?", Asked(Interaction.SINGLE_CHOICE, FOUR), Key(1, ("B",)), "Vì", 2.0, "vi"),
    ForeignItem("2", "Hai?", Asked(Interaction.MULTIPLE_RESPONSE, FOUR), Key(1, ("A C",), Credit.PARTS)),
    ForeignItem("3", "Xếp", Asked(Interaction.ORDER, FOUR), Key(1, ("B A D C",), Credit.PARTS)),
    ForeignItem(
        "4",
        "Ghép",
        Asked(Interaction.MATCH, FOUR[:2], (Place("x", "X"), Place("y", "Y"))),
        Key(1, ("A>x B>y",)),
        statistics=Statistics(1.0, 0.5),
    ),
    ForeignItem("5", r"Tính \(\frac{1}{2}\)", Asked(Interaction.NUMERIC), Key(1, ("0.5",))),
    ForeignItem(
        "6",
        "Điền [[g]]",
        Asked(Interaction.GAP_MATCH, FOUR[:2], (Place("g"),)),
        Key(1, ("A>g",)),
        tags=("a",),
        competencies=("https://case.example/1",),
    ),
]
PER_KIND = 25
PACKAGES = {version: write_package(BANK, {}, version)[0] for version in ("2.1", "2.2", "3.0")}


def _parts(rng: random.Random) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(PACKAGES[rng.choice(sorted(PACKAGES))])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def truncated(rng: random.Random) -> bytes:
    whole = PACKAGES["3.0"]
    return whole[: rng.randrange(len(whole))]


def with_flipped_bytes(rng: random.Random) -> bytes:
    return flipped(PACKAGES["2.1"], rng, 30)


def with_a_broken_directory(rng: random.Random) -> bytes:
    return broken_directory(PACKAGES["2.2"], rng)


def with_flipped_xml(rng: random.Random) -> bytes:
    return broken_part(_parts(rng), rng, 6)


def with_strange_values(rng: random.Random) -> bytes:
    """Well-formed, but with values that no program writes."""
    strange = ["", "-1", "0", "1e999", "9" * 400, "٣", "A A", "x>y", "true", "NaN", "[[x]]", "A B C", "1 2"]
    parts = {}
    for name, content in _parts(rng).items():
        pieces = content.decode().split('"')
        for _ in range(rng.randint(0, 3)):
            place = rng.randrange(len(pieces) // 2) * 2 + 1
            if "http" not in pieces[place]:
                pieces[place] = rng.choice(strange)
        parts[name] = '"'.join(pieces).encode()
    return packed(parts)


def with_moved_elements(rng: random.Random) -> bytes:
    """Elements renamed, doubled, taken out or put elsewhere."""
    parts = {}
    for name, content in _parts(rng).items():
        pieces = content.decode().replace("><", ">\n<").split("\n")
        for _ in range(rng.randint(0, 4)):
            one, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
            act = rng.randrange(4)
            if act == 0:
                del pieces[one]
            elif act == 1:
                pieces.insert(other, pieces[one])
            elif act == 2:
                pieces[one], pieces[other] = pieces[other], pieces[one]
            else:
                pieces[one] = pieces[one].replace("variable", "correct").replace("simpleChoice", "gap")
        parts[name] = "".join(pieces).encode()
    return packed(parts)


def of_noise(rng: random.Random) -> bytes:
    start = rng.choice([b"", b"PK\x03\x04", b"PK\x05\x06", b"<?xml", b"\xff\xfe<\0"])
    return start + rng.randbytes(rng.randrange(4_000))


def sound(item: ForeignItem) -> bool:
    """Either refused with a reason, or whole: parts, marks and key agree."""
    if item.fate is Fate.REFUSED:
        return item.refused is not None and item.asked is None and item.key is None
    assert item.asked is not None
    assert item.key is not None
    check_key(item.asked, item.key)
    check_stem(item.asked, item.stem)
    return True


def _items(read: Callable[[bytes], ForeignBank | ForeignItem], data: bytes) -> tuple[ForeignItem, ...]:
    """What was read; nothing where the file was refused whole. Anything else is a fault."""
    try:
        found = read(data)
    except ImportRefused:
        return ()
    return found.items if isinstance(found, ForeignBank) else (found,)


@pytest.mark.parametrize(
    "kind",
    [truncated, with_flipped_bytes, with_a_broken_directory, with_flipped_xml, with_strange_values,
     with_moved_elements, of_noise],
)  # fmt: skip
def test_a_broken_package_is_read_item_by_item_or_refused(kind):
    rng = random.Random(kind.__name__)
    for _ in range(PER_KIND):
        data = kind(rng)
        started = time.process_time()
        assert all(sound(item) for item in _items(read_package, data))
        assert time.process_time() - started < 5


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: f"<a>{text}</a>".encode())))
def test_whatever_the_bytes_an_item_is_read_or_refused(data: bytes):
    for read in (read_item, read_package):
        assert all(sound(item) for item in _items(read, data))


NAMES = [
    "itemBody", "choiceInteraction", "simpleChoice", "prompt", "p", "hottext", "gap",
    "responseDeclaration", "outcomeDeclaration", "responseProcessing", "responseCondition",
    "responseIf", "match", "variable", "correct", "setOutcomeValue", "mapping", "mapEntry", "value",
    "correctResponse", "modalFeedback", "hottextInteraction", "inlineChoiceInteraction", "inlineChoice",
    "math", "mfrac", "mi", "object", "matchInteraction", "simpleMatchSet", "simpleAssociableChoice",
    "equal", "index", "not", "sum", "baseValue", "img", "textEntryInteraction", "areaMapping",
    "areaMapEntry", "defaultValue",
]  # fmt: skip
_said = st.dictionaries(
    st.sampled_from(["identifier", "responseIdentifier", "baseType", "cardinality", "maxChoices", "matchMax",
                     "mapKey", "mappedValue", "n", "coords", "shape", "tolerance", "toleranceMode", "src"]),
    st.sampled_from(["RESPONSE", "SCORE", "A", "1", "-1", "", "identifier", "single", "multiple", "float",
                     "string", "directedPair", "point", "absolute", "x y", "0,0,1,1"]),
    max_size=4,
)  # fmt: skip


def _element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, said, parts: (
            f"<{name}{''.join(f' {key}={value!r}' for key, value in said.items())}>{''.join(parts)}</{name}>"
        ),
        st.sampled_from(NAMES),
        _said,
        st.lists(inside, max_size=4),
    )


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.recursive(st.sampled_from(["", "A", "1", "Đúng"]), _element, max_leaves=25), max_size=6))
def test_elements_in_any_order_make_an_item_or_a_refusal(parts: list[str]):
    assert sound(
        read_item(f"<assessmentItem identifier='i' title='t'>{''.join(parts)}</assessmentItem>".encode())
    )
