"""Items of every interaction as another system might have them, and what of them must survive a file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from item_bank.errors import InvalidItem
from item_bank.formats.foreign import BankFacts, ForeignItem
from item_bank.interactions.asked import Area, Asked, Option, Place, marks_in
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key, Weights, check_key
from item_bank.interactions.responses import parts_of, readings
from item_bank.media import reference
from item_bank.pool import Pool
from item_bank.stem import from_authored, plain_line, plain_text
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from tests.unit.item_bank.pictures import gif, png

PICTURES = {hashlib.sha256(data).hexdigest(): data for data in (png(), png(4, 4), gif())}
WORDS = ["Tờ", "khai", "hải quan,", "thuế suất", "ưu đãi", "đặc biệt;", "nhập khẩu", "Đà Nẵng"]
SIGNS = list("~=#{}:\\%[]()/*&<>\"'`@$^|_-+.,!?0123456789")
PIECES = [
    *("->", "//", "####", "::", "{}", "\\n", "\\{", "%50%", "[html]", "[[", "]]", "_____", "$CATEGORY:"),
    *("ANSWER: A", "A. một", "{1:SA:=x}", "@@PLUGINFILE@@/a.png", "\n", "\n\n", "]]>", "<![CDATA["),
    *("<b>đậm</b>", "<i>", "</p>", "<br>", "x<sub>2</sub>", "&lt;", "&amp;amp;", "&nbsp;", "a<b"),
    *(r"\(\frac{a}{b} < c\)", "$$x^2$$", "<p>đoạn</p><p>hai</p>", "<ul><li>một</li></ul>"),
    *('<table><tr><td colspan="2">ô</td></tr></table>', "giá < 5 triệu"),
    *("&lt;div&gt;", "&lt;img src=x&gt;", "<div>", "&lt;script&gt;", "[tex]x[/tex]", "[TEX]", "{mlang vi}"),
]
piece = st.one_of(*map(st.sampled_from, (WORDS, SIGNS, PIECES)), st.text(max_size=4))


@st.composite
def typed(draw: st.DrawFn) -> str:
    """What somebody typed, with the special characters of every format."""
    pieces = draw(st.lists(piece, min_size=1, max_size=6))
    return draw(st.sampled_from([" ", ""])).join(pieces)


@st.composite
def markups(draw: st.DrawFn, *, pictures: bool = True) -> str:
    """Sanitised HTML with something to read in it, and without marks of places."""
    text = from_authored(draw(typed()))
    if pictures and draw(st.integers(0, 4)) == 0:
        words = plain_line(draw(typed())) or "hình"
        text = from_authored(text + " " + reference(draw(st.sampled_from(sorted(PICTURES))), words))
    assume(plain_text(text) and not marks_in(text))
    return text


lines = typed().map(plain_line).filter(bool)


def _unique(markup: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(markup, min_size=least, max_size=most, unique=True)


@st.composite
def _choices(draw: st.DrawFn, interaction: Interaction) -> tuple[Asked, Key]:
    ids = draw(st.sampled_from(["ABCDEFGH", "87654321", "xyzuvwst"]))
    contents = draw(_unique(markups(), 2, 6))
    asked = Asked(interaction, tuple(Option(id_, one) for id_, one in zip(ids, contents, strict=False)))
    single = interaction is Interaction.SINGLE_CHOICE
    right = draw(
        st.lists(st.sampled_from(asked.option_ids), min_size=1, max_size=1 if single else 6, unique=True)
    )
    if draw(st.booleans()):
        return asked, Key(
            1, (" ".join(right),), Credit.WHOLE if single else draw(st.sampled_from(list(Credit)[:2]))
        )
    worth: dict[str, Fraction] = {}
    for id_ in asked.option_ids:
        parts = draw(st.integers(1, 12))
        wrong = st.sampled_from([Fraction(0), Fraction(-1, parts), Fraction(-1), Fraction(-1, 4)])
        partial = st.sampled_from([Fraction(0), Fraction(1, parts + 1), Fraction(-1, 3)])
        worth[id_] = Fraction(1, len(right)) if id_ in right else draw(partial if single else wrong)
    best = draw(st.sampled_from([Fraction(1), Fraction(3), Fraction(1, 7)]))
    weights = Weights({id_: share * best for id_, share in worth.items()}, best=best)
    return asked, Key(1, (" ".join(right),), Credit.WEIGHTS, weights=weights)


@st.composite
def _true_false(draw: st.DrawFn) -> tuple[Asked, Key]:
    words = draw(st.sampled_from([("Đúng", "Sai"), ("Đúng", "Sai"), ("True", "False"), ("Có", "Không")]))
    asked = Asked(
        Interaction.TRUE_FALSE, tuple(Option(id_, one) for id_, one in zip("TF", words, strict=True))
    )
    return asked, Key(1, (draw(st.sampled_from("TF")),))


@st.composite
def _numeric(draw: st.DrawFn) -> tuple[Asked, Key]:
    number = st.decimals(-(10**8), 10**8, places=draw(st.sampled_from([0, 1, 2, 4, 9])))
    texts = draw(st.lists(number.map(lambda one: f"{one:f}"), min_size=1, max_size=3, unique_by=Decimal))
    commas = [text.replace(".", ",") if draw(st.booleans()) else text for text in texts]
    tolerance = draw(st.decimals(0, 1000, places=draw(st.sampled_from([0, 3]))))
    return Asked(Interaction.NUMERIC), Key(1, tuple(commas), tolerance=tolerance)


@st.composite
def _short_text(draw: st.DrawFn) -> tuple[Asked, Key]:
    line = typed().filter(lambda text: text.strip() and len(text) < 100)
    texts = draw(
        st.lists(line, min_size=1, max_size=4, unique_by=lambda text: " ".join(text.split()).casefold())
    )
    case, marks = draw(st.booleans()), draw(st.integers(0, 5)) > 0
    accepted = tuple(texts[: draw(st.integers(1, len(texts)))])
    if draw(st.booleans()):
        return Asked(Interaction.SHORT_TEXT), Key(1, accepted, with_case=case, with_marks=marks)
    shares = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1, 3), Fraction(5, 7), Fraction(-1, 10)])
    checked = check_key(Asked(Interaction.SHORT_TEXT), Key(1, accepted)).accepted
    worth = {text.strip(): draw(shares) for text in texts} | {text: Fraction(1) for text in checked}
    weights = Weights(worth, best=Fraction(1), otherwise=draw(st.sampled_from([Fraction(0), Fraction(1, 5)])))
    return Asked(Interaction.SHORT_TEXT), Key(1, accepted, Credit.WEIGHTS, with_case=case, weights=weights)


@st.composite
def _placed(draw: st.DrawFn, interaction: Interaction) -> tuple[Asked, Key]:
    n_places = draw(st.integers(1, 4))
    limit = draw(st.sampled_from([None, None, 1, 2])) if interaction is not Interaction.STATEMENTS else None
    if interaction is Interaction.STATEMENTS:
        n_places = max(2, n_places)
        contents = ["Đúng", "Sai"]
    else:
        contents = draw(_unique(markups(pictures=draw(st.booleans())), 1, 5))
    options = tuple(Option(id_, one, at_most=limit) for id_, one in zip("pqrstu", contents, strict=False))
    ids = draw(st.permutations([f"g{number}" for number in range(n_places)]))
    said = (
        draw(_unique(markups(), n_places, n_places)) if interaction is not Interaction.GAP_MATCH else [""] * 9
    )
    asked = Asked(interaction, options, tuple(Place(id_, one) for id_, one in zip(ids, said, strict=False)))
    return asked, draw(_pairs(asked, [asked.option_ids] * n_places))


@st.composite
def _inline(draw: st.DrawFn) -> tuple[Asked, Key]:
    places = tuple(Place(f"g{number}") for number in range(draw(st.integers(1, 3))))
    shared = draw(_unique(markups(pictures=False), 2, 4))
    options: list[Option] = []
    for place in places:
        contents = shared if draw(st.booleans()) else draw(_unique(markups(pictures=False), 2, 4))
        options += [Option(f"{place.id}x{number}", one, place.id) for number, one in enumerate(contents)]
    asked = Asked(Interaction.INLINE_CHOICE, tuple(options), places)
    return asked, draw(
        _pairs(asked, [[one.id for one in options if one.place == place.id] for place in places])
    )


@st.composite
def _pairs(draw: st.DrawFn, asked: Asked, allowed: list[Any]) -> Key:
    pairs = [
        f"{draw(st.sampled_from(ids))}>{place}" for place, ids in zip(asked.place_ids, allowed, strict=True)
    ]
    if draw(st.integers(0, 9)) == 0:
        pairs = pairs[1:] or pairs
    key = Key(1, (" ".join(pairs),), draw(st.sampled_from([Credit.PARTS, Credit.PARTS, Credit.WHOLE])))
    return _legal(asked, key)


def _legal(asked: Asked, key: Key) -> Key:
    try:
        return check_key(asked, key)
    except InvalidItem:
        assume(False)
        raise


@st.composite
def _order(draw: st.DrawFn) -> tuple[Asked, Key]:
    contents = draw(_unique(markups(), 2, 5))
    asked = Asked(
        Interaction.ORDER, tuple(Option(id_, one) for id_, one in zip("ABCDE", contents, strict=False))
    )
    credit = draw(st.sampled_from([Credit.WHOLE, Credit.PARTS]))
    return asked, Key(1, (" ".join(draw(st.permutations(asked.option_ids))),), credit)


def _spots() -> st.SearchStrategy[tuple[Asked, Key]]:
    areas = tuple(Place(id_, id_, Area("circle", (9, 9, 5))) for id_ in "XY")
    words = tuple(Place(id_, id_) for id_ in "XY")
    hotspot, hottext = Asked(Interaction.HOTSPOT, (), areas), Asked(Interaction.HOTTEXT, (), words)
    return st.sampled_from([(hotspot, Key(1, ("X",))), (hottext, Key(1, ("Y",)))])


KINDS: dict[Interaction, st.SearchStrategy[tuple[Asked, Key]]] = {
    Interaction.SINGLE_CHOICE: _choices(Interaction.SINGLE_CHOICE),
    Interaction.MULTIPLE_RESPONSE: _choices(Interaction.MULTIPLE_RESPONSE),
    Interaction.TRUE_FALSE: _true_false(),
    Interaction.STATEMENTS: _placed(Interaction.STATEMENTS),
    Interaction.NUMERIC: _numeric(),
    Interaction.SHORT_TEXT: _short_text(),
    Interaction.ORDER: _order(),
    Interaction.MATCH: _placed(Interaction.MATCH),
    Interaction.INLINE_CHOICE: _inline(),
    Interaction.GAP_MATCH: _placed(Interaction.GAP_MATCH),
    Interaction.HOTSPOT: _spots(),
    Interaction.HOTTEXT: _spots(),
    Interaction.ESSAY: st.just((Asked(Interaction.ESSAY), Key(1, ()))),
    Interaction.PRACTICAL: st.just((Asked(Interaction.PRACTICAL), Key(1, ()))),
}


codes = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True)
bank_facts = st.one_of(
    st.just(BankFacts()),
    st.builds(
        BankFacts,
        st.none() | codes,
        st.none() | st.sampled_from(["T01", "T-02_X"]),
        st.none() | st.sampled_from(list(CognitiveLevel)),
        st.just("") | lines,
        st.none() | st.floats(0, 1) | st.sampled_from([0.0, 1.0, 0.7]),
        st.none() | st.sampled_from(list(Pool)),
        st.lists(codes, max_size=3, unique=True).map(tuple),
    ),
)
criteria = st.builds(Criterion, lines, st.integers(1, 100))


@st.composite
def stimuli(draw: st.DrawFn, content: st.SearchStrategy[str] | None = None) -> Stimulus | None:
    code = draw(lines)[:40].strip()
    if not code or draw(st.integers(0, 2)):
        return None
    texts = markups() if content is None else content
    return Stimulus(code, draw(texts), draw(st.just("") | texts))


@st.composite
def translations(
    draw: st.DrawFn, asked: Asked, stem: str, words: st.SearchStrategy[str]
) -> Translation | None:
    """Each text in other words, the marks of the stem kept."""
    if draw(st.integers(0, 2)):
        return None
    contents = {one.id: draw(words) for one in asked.options if plain_text(one.content)}
    # the words of a hottext stand in the stem, which stays
    places = {
        one.id: one.content if asked.interaction is Interaction.HOTTEXT else draw(words)
        for one in asked.places
        if plain_text(one.content)
    }
    return Translation(stem, contents, places, draw(st.just("") | words))


def rubric_of(asked: Asked) -> st.SearchStrategy[tuple[Criterion, ...]]:
    return st.lists(criteria, max_size=3).map(tuple) if asked.kind.rated else st.just(())


@st.composite
def items(draw: st.DrawFn, where: str = "mục") -> ForeignItem:
    asked, key = draw(KINDS[draw(st.sampled_from(list(Interaction)))])
    key = replace(key, rubric=draw(rubric_of(asked)))
    stem = draw(markups())
    if asked.kind.in_stem:
        for place in asked.place_ids:
            words = f":{place}" if asked.interaction is Interaction.HOTTEXT else ""
            stem = f"{stem} [[{place}{words}]] {draw(markups(pictures=False))}"
        assume(len(marks_in(stem)) == len(asked.places))
        assume(stem == from_authored(stem))
    return ForeignItem(
        where=where,
        stem=stem,
        asked=asked,
        key=_legal(asked, key),
        rationale=draw(st.one_of(st.just(""), markups())),
        max_mark=draw(st.sampled_from([1.0, 1.0, 2.5, 1 / 3, 20_000.0])),
        language=draw(st.sampled_from([None, "vi", "en-GB"])),
        category=tuple(draw(st.lists(lines, max_size=3))),
        tags=tuple(draw(st.lists(lines, max_size=2, unique=True))),
        facts=draw(bank_facts),
        stimulus=draw(stimuli()),
        english=draw(translations(asked, stem, markups(pictures=False))),
    )


def banks() -> st.SearchStrategy[list[ForeignItem]]:
    return st.lists(st.integers(), min_size=1, max_size=3).flatmap(
        lambda numbers: st.tuples(*(items(f"Câu {place}") for place in range(len(numbers)))).map(list)
    )


def facts(item: ForeignItem) -> dict[str, Any]:
    """What an item says, whatever its options and places are called and in which order a list is kept."""
    asked, key = item.asked, item.key
    assert asked is not None
    assert key is not None
    numbers = {id_: str(number) for number, id_ in enumerate(_in_stem(asked, item.stem))}
    stem = re.sub(r"\[\[(\w+)\]\]", lambda mark: f"[[{numbers.get(mark.group(1), '?')}]]", item.stem)
    return {
        "interaction": asked.interaction,
        "stem": stem,
        "rationale": item.rationale,
        "max_mark": item.max_mark,
        "language": item.language,
        "category": item.category,
        "tags": item.tags,
        "facts": item.facts,
        "stimulus": item.stimulus and replace(item.stimulus, english=""),
        "english_stimulus": item.stimulus and item.stimulus.english,
        "rubric": key.rubric,
        "english": item.english,
        "options": _options(asked, numbers),
        "places": [] if asked.kind.in_stem else [place.content for place in asked.places],
        "key": _key(asked, key, numbers),
    }


def _in_stem(asked: Asked, stem: str) -> list[str]:
    """The places in their order, which is that of the stem where they stand in it."""
    return [id_ for id_, _words in marks_in(stem)] if asked.kind.in_stem else list(asked.place_ids)


def _options(asked: Asked, numbers: dict[str, str]) -> Any:
    said = [(numbers.get(one.place or ""), one.content) for one in asked.options]
    if asked.interaction in {Interaction.MATCH, Interaction.GAP_MATCH, Interaction.ORDER}:
        limits = [one.at_most for one in asked.options] if len(asked.places) > 1 else [None] * len(said)
        return sorted(zip(said, limits, strict=True), key=repr)
    return sorted(said, key=lambda one: one[0] or "")


def _key(asked: Asked, key: Key, numbers: dict[str, str]) -> Any:
    contents = {option.id: option.content for option in asked.options}
    match asked.interaction:
        case Interaction.NUMERIC:
            return [readings(text) for text in key.accepted], key.tolerance
        case Interaction.SHORT_TEXT:
            return key.accepted, key.with_case, key.with_marks, _text_weights(key)
        case Interaction.SINGLE_CHOICE | Interaction.MULTIPLE_RESPONSE | Interaction.TRUE_FALSE:
            return {contents[id_]: share for id_, share in _shares(asked, key).items()}
        case Interaction.ORDER:
            return [contents[id_] for id_ in parts_of(key.accepted[0])], key.credit
        case Interaction.ESSAY | Interaction.PRACTICAL:
            return ()
        case Interaction.HOTSPOT | Interaction.HOTTEXT:
            places = {place.id: (place.content, place.area) for place in asked.places}
            return {places[id_] for id_ in parts_of(key.accepted[0])}, key.credit
    pairs = [pair.split(">") for pair in parts_of(key.accepted[0])]
    credit = key.credit if len(pairs) > 1 else None
    return {numbers[place]: contents[option] for option, place in pairs}, credit


def _text_weights(key: Key) -> Any:
    if key.weights is None:
        return {text: Fraction(1) for text in key.accepted}, Fraction(0)
    worth = key.weights
    return {text: share for text, share in worth.of.items() if share != worth.otherwise}, worth.otherwise


def _shares(asked: Asked, key: Key) -> dict[str, Fraction]:
    right = parts_of(key.accepted[0])
    if key.weights is not None:
        return {id_: key.weights.of.get(id_, Fraction(0)) / key.weights.best for id_ in asked.option_ids}
    part = Fraction(1, len(right))
    wrong = Fraction(0) if key.credit is Credit.WHOLE else -part
    return {id_: part if id_ in right else wrong for id_ in asked.option_ids}
