"""Whatever item is written as QTI: read back it is the same item, and scores as its key marks."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.formats.foreign import Fate, ForeignItem, Statistics
from item_bank.formats.qti import keys
from item_bank.formats.qti.read import read_item, read_package
from item_bank.formats.qti.rules import Rules
from item_bank.formats.qti.scores import score
from item_bank.formats.qti.versions import version_of
from item_bank.formats.qti.write import write_package
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Credit, Key, Weights, check_key, share
from item_bank.interactions.responses import read_response, readings
from item_bank.media import reference
from item_bank.stem import from_authored, nfc, plain_text, sanitise
from tests.property.foreign_items import bank_facts, rubric_of, stimuli, translations
from tests.property.searches import part
from tests.unit.item_bank.pictures import png

VERSIONS = ["2.1", "2.2", "3.0"]
PICTURE = png(40, 30)
SHA256 = hashlib.sha256(PICTURE).hexdigest()
SHOWN = reference(SHA256, "Sơ đồ khu vực kiểm tra")
WORDS = [
    "tờ khai",
    "Nghị định 08/2015",
    "a < b & c",
    'mã "HS"',
    "5% thuế",
    "Đà Nẵng",
    "x>y",
    "'nháy'",
    "1.500,5",
]
ROUND = settings(part(4), deadline=None, suppress_health_check=list(HealthCheck))

_word = st.one_of(st.sampled_from(WORDS), st.text("abcđêáằỹ<>&\"' ,.;", min_size=1, max_size=12))
plain = (
    st.lists(_word, min_size=1, max_size=3)
    .map(" ".join)
    .map(from_authored)
    .filter(lambda text: text and "<" not in text)
)


@st.composite
def markup(draw: st.DrawFn) -> str:
    """Sanitised HTML of the whole subset."""
    pieces = draw(
        st.lists(
            st.one_of(
                plain,
                plain.map(lambda text: f"<b>{text}</b>"),
                plain.map(lambda text: f"<p>{text}<br>{text}</p>"),
                plain.map(lambda text: f"<p>x<sub>2</sub> <i>{text}</i></p>"),
                plain.map(lambda text: f"<ul><li>{text}</li><li><u>b</u></li></ul>"),
                plain.map(
                    lambda text: (
                        '<table><caption>Biểu</caption><thead><tr><th scope="col">A</th></tr></thead>'
                        f'<tbody><tr><td colspan="2">{text}</td></tr></tbody></table>'
                    )
                ),
                st.just(SHOWN),
                st.sampled_from([r"\(\frac{a}{b}\)", r"\(x_1^2 &lt; 5\)", r"\[\sum_{i=1}^{n} i\]"]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    text = sanitise(" ".join(pieces))
    assume(plain_text(text) or "img" in text)
    return text


_ids = st.lists(st.from_regex(r"[A-Za-z0-9_]{1,6}", fullmatch=True), min_size=8, max_size=8, unique=True)
_worth = st.integers(-4, 8).map(lambda n: Fraction(n, 2))
_limit = st.one_of(st.none(), st.integers(1, 3))


@st.composite
def asked_of(draw: st.DrawFn, interaction: Interaction) -> tuple[Asked, str]:
    """An interaction with its stem."""
    ids, stem, n = draw(_ids), draw(markup()), draw(st.integers(2, 4))
    content = st.one_of(plain, markup()) if interaction not in _PLAIN else plain
    options = tuple(Option(id_, draw(content)) for id_ in ids[:n])
    if interaction in {Interaction.SINGLE_CHOICE, Interaction.ORDER}:
        return Asked(interaction, options), stem
    if interaction is Interaction.TRUE_FALSE:
        return Asked(interaction, (Option(ids[0], "Đúng"), Option(ids[1], "Sai"))), stem
    if interaction is Interaction.MULTIPLE_RESPONSE:
        return Asked(interaction, options, at_most=draw(st.sampled_from([None, 2, 3]))), stem
    if interaction is Interaction.STATEMENTS:
        places = tuple(Place(id_, draw(content)) for id_ in ids[:4])
        return Asked(
            interaction, tuple(Option(x, w, at_most=None) for x, w in (("T", "Đúng"), ("F", "Sai"))), places
        ), stem
    if interaction is Interaction.MATCH:
        options = tuple(replace(option, at_most=draw(_limit)) for option in options[:3])
        return Asked(
            interaction, options, tuple(Place(id_, draw(content), at_most=draw(_limit)) for id_ in ids[4:7])
        ), stem
    if interaction is Interaction.GAP_MATCH:
        options = tuple(replace(option, at_most=draw(_limit)) for option in options[:3])
        return Asked(interaction, options, tuple(map(Place, ids[4:6]))), f"{stem} [[{ids[4]}]] – [[{ids[5]}]]"
    if interaction is Interaction.INLINE_CHOICE:
        own = tuple(Option(id_, draw(content), ids[4 + k % 2]) for k, id_ in enumerate(ids[:4]))
        own = tuple(sorted(own, key=lambda one: one.place == ids[5]))
        return Asked(interaction, own, tuple(map(Place, ids[4:6]))), f"{stem} [[{ids[4]}]] – [[{ids[5]}]]"
    if interaction is Interaction.HOTSPOT:
        shapes = [Area("rect", (1, 2, 9, 9)), Area("circle", (20, 20, 5)), Area("poly", (1, 1, 9, 1, 9, 9))]
        places = tuple(Place(id_, draw(plain), area) for id_, area in zip(ids, shapes, strict=False))
        return Asked(interaction, places=places, at_most=draw(st.sampled_from([None, 2]))), f"{stem}{SHOWN}"
    if interaction is Interaction.HOTTEXT:
        words = [draw(plain.filter(lambda one: not set(one) & set("[]"))) for _ in range(n)]
        places = tuple(Place(id_, word) for id_, word in zip(ids, words, strict=False))
        marks = " ".join(f"[[{place.id}:{place.content}]]" for place in places)
        return Asked(interaction, places=places, at_most=draw(st.sampled_from([None, 2]))), f"{stem} {marks}"
    return Asked(interaction), stem


_PLAIN = {Interaction.GAP_MATCH, Interaction.INLINE_CHOICE}


@st.composite
def responses(draw: st.DrawFn, asked: Asked) -> str:
    form = asked.kind.form
    if form is Form.NUMBER:
        return str(draw(st.integers(-9, 9).map(lambda n: Decimal(n) / 4)))
    if form is Form.TEXT:
        return nfc(draw(st.sampled_from(["tờ khai", "Tờ khai", "VNACCS", "vnaccs", "a<b", "ß"])))
    if form is Form.ONE:
        return draw(st.sampled_from(asked.option_ids))
    if form is Form.ORDERED:
        return " ".join(draw(st.permutations(asked.option_ids)))
    universe = asked.choosable_ids
    if form is Form.PAIRED:
        universe = tuple(
            f"{option.id}>{place.id}"
            for place in asked.places
            for option in asked.options
            if option.place in {None, place.id}
        )
    chosen = draw(st.lists(st.sampled_from(universe), min_size=1, max_size=4, unique=True))
    try:
        return read_response(asked, " ".join(chosen))
    except InvalidResponse:
        return read_response(asked, chosen[0])


@st.composite
def keys_of(draw: st.DrawFn, asked: Asked) -> Key:
    if asked.kind.rated:
        return Key(1, ())
    form = asked.kind.form
    accepted = tuple(dict.fromkeys(draw(st.lists(responses(asked), min_size=1, max_size=2))))
    credit = draw(st.sampled_from(list(Credit)))
    weights = None
    if form is Form.NUMBER:
        return Key(1, accepted[:1], tolerance=draw(st.sampled_from([Decimal(0), Decimal("0.5")])))
    if credit is Credit.WEIGHTS:
        parts = [accepted[0]] if form is Form.TEXT else accepted[0].split(" ")
        of = {part: draw(_worth.filter(lambda worth: worth > 0)) for part in parts}
        low = draw(st.sampled_from([None, Fraction(0)]))
        weights = Weights(of, sum(of.values()), draw(_worth.filter(lambda w: w <= 0)), low)
        accepted = accepted[:1]
    key = Key(1, accepted, credit, with_case=draw(st.booleans()) and form is Form.TEXT, weights=weights)
    try:
        key = check_key(asked, key)
    except InvalidItem:
        return Key(1, accepted[:1], with_case=key.with_case)
    assume(all(share(asked, key, response) == 1 for response in accepted))
    return key


@st.composite
def items(draw: st.DrawFn) -> ForeignItem:
    asked, stem = draw(asked_of(draw(st.sampled_from(list(Interaction)))))
    key = replace(draw(keys_of(asked)), rubric=draw(rubric_of(asked)))
    stem = sanitise(stem)
    return ForeignItem(
        where=draw(st.sampled_from(["Câu 1", "T01-003 <b>&\"'", "Nhóm 2/Câu 7"])),
        stem=stem,
        asked=asked,
        key=check_key(asked, key),
        rationale=draw(st.one_of(st.just(""), markup())),
        max_mark=draw(st.sampled_from([1.0, 2.0, 0.25, 10.0])),
        language=draw(st.sampled_from([None, "vi", "en-GB"])),
        category=draw(st.sampled_from([(), ("T01", "Thủ tục <&>")])),
        tags=draw(st.sampled_from([(), ("hải quan", "a & b")])),
        competencies=draw(st.sampled_from([(), ("https://case.example/ims/case/v1p1/CFItems/0a-1", "CM01")])),
        statistics=draw(st.sampled_from([None, Statistics(1.2, -0.3, 0.2, 0.61, 0.4, 350)])),
        facts=draw(bank_facts),
        stimulus=draw(stimuli(markup())),
        english=draw(translations(asked, stem, plain)),
    )


def item_files(package: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return [archive.read(name) for name in archive.namelist() if re.fullmatch(r"items/[^.]*\.xml", name)]


def as_given(version: str, asked: Asked, response: str | None) -> Mapping[str, list[str]]:
    if response is None:
        return {}
    rules = Rules(version_of(version), asked)
    return {rules.variables[place]: values for place, values in rules.values_of(response).items()}


def _expected(item: ForeignItem, version: str) -> ForeignItem:
    """What the format itself cannot hold is left out: it was remarked."""
    stimulus = item.stimulus
    if stimulus is not None and item.english is None:
        stimulus = replace(stimulus, english="")
    statistics = item.statistics if version == "3.0" else None
    return replace(item, statistics=statistics, stimulus=stimulus, lost=())


@ROUND
@given(items(), st.sampled_from(VERSIONS), st.data())
def test_what_is_written_is_read_back_and_marks_alike(item: ForeignItem, version: str, data: st.DataObject):
    package, lost = write_package([item], {SHA256: PICTURE}, version)
    codes = {remark.code for _where, remark in lost}
    alone = item.stimulus is not None and item.stimulus.english != "" and item.english is None
    assert ("STIMULUS_ENGLISH_LOST" in codes) == alone
    codes -= {"STIMULUS_ENGLISH_LOST"}
    assert codes <= {"STATISTICS_LOST", "PRACTICAL_AS_UPLOAD", "MARKUP_LOST", "LIMIT_LOST"}
    (read,) = read_package(package).items
    assert read.fate is not Fate.REFUSED, (read.refused, item_files(package)[0].decode())
    assert {remark.code for remark in read.lost} <= {"UPLOAD_LOST"}
    assert replace(_expected(item, version), key=None) == replace(read, key=None, lost=())
    assert item.asked is not None
    assert read.key is not None
    assert item.key is not None
    assert read.key.rubric == item.key.rubric
    if item.asked.kind.rated:
        return
    (xml,) = item_files(package)
    for response in [*data.draw(st.lists(responses(item.asked), max_size=8)), *item.key.accepted, None]:
        earned = share(item.asked, item.key, response)
        assert share(item.asked, read.key, response) == earned
        assert score(xml, as_given(version, item.asked, response)) == earned * Fraction(str(item.max_mark))


@ROUND
@given(items(), st.sampled_from(VERSIONS), st.data())
def test_what_the_form_of_a_scoring_proves_holds_for_every_response(
    item: ForeignItem, version: str, data: st.DataObject
):
    """As if there were too many responses to try: the key is the same, or it is said that it is unproven."""
    assume(item.asked is not None and item.asked.kind.form in {Form.SOME, Form.ORDERED, Form.PAIRED})
    package, _lost = write_package([item], {SHA256: PICTURE}, version)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keys, "responses_of", lambda _asked: None)
        (read,) = read_package(package).items
    if read.refused is not None:
        assert read.refused.code == "TOO_MANY_TO_CHECK"
        return
    assert item.asked is not None
    assert item.key is not None
    assert read.key is not None
    assert read.max_mark == item.max_mark
    for response in [*data.draw(st.lists(responses(item.asked), max_size=8)), *item.key.accepted, None]:
        assert share(item.asked, read.key, response) == share(item.asked, item.key, response)


@settings(part(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(items(), max_size=3), st.sampled_from(VERSIONS))
def test_the_same_items_make_the_same_bytes(written: list[ForeignItem], version: str):
    package, _lost = write_package(written, {SHA256: PICTURE}, version)
    assert write_package(written, {SHA256: PICTURE}, version)[0] == package
    for xml in item_files(package):
        assert read_item(xml).fate is not Fate.REFUSED or b"object" in xml or b"<img" in xml


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("interaction", "accepted", "credit"),
    [
        (Interaction.MULTIPLE_RESPONSE, ["o1 o5", "o2"], Credit.WHOLE),
        (Interaction.MULTIPLE_RESPONSE, ["o1 o5 o7"], Credit.PARTS),
        (Interaction.ORDER, [" ".join(f"o{n}" for n in range(20, 0, -1))], Credit.PARTS),
        (Interaction.ORDER, [" ".join(f"o{n}" for n in range(20, 0, -1))], Credit.WHOLE),
        (Interaction.MATCH, ["o1>p1 o2>p2 o3>p3 o4>p4 o5>p5 o6>p6"], Credit.PARTS),
        (Interaction.MATCH, ["o1>p1 o2>p2 o3>p3 o4>p4 o5>p5 o6>p6"], Credit.WHOLE),
    ],
)
def test_items_with_too_many_responses_to_try_come_back_too(interaction, accepted, credit, version):
    options = tuple(Option(f"o{n}", f"Số {n}") for n in range(1, 21))
    places = (
        tuple(Place(f"p{n}", f"Chỗ {n}") for n in range(1, 7)) if interaction is Interaction.MATCH else ()
    )
    asked = Asked(interaction, options, places)
    key = check_key(asked, Key(1, tuple(accepted), credit))
    item = ForeignItem("x", "Hỏi?", asked, key, max_mark=1.5)
    (read,) = read_package(write_package([item], {}, version)[0]).items
    assert read == item


def test_a_number_is_read_as_it_was_meant():
    assert readings("1.2340") == {Decimal("1.234")}
