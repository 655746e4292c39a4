"""An item as a candidate will see it, laid out by the server: to read with its key, or to try."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup, escape

from examsvc.edge.room import deps
from examsvc.services.rendering import render_authored_stem, render_wording
from examsvc.web.author.editing.typed import Fields, letters
from item_bank.interactions.asked import Area, Asked, Option
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key
from item_bank.interactions.responses import parts_of
from item_bank.item import ItemVersion
from item_bank.stem import plain_text
from item_bank.stimulus import Stimulus
from item_bank.translation import Translation

_PLACE: Final = re.compile(r'<span class="place" data-place="([A-Za-z0-9_]+)">(.*?)</span>', re.DOTALL)
_PICTURE: Final = re.compile(r'<img src="data:[^>]*width="(\d+)" height="(\d+)">')
_LETTERS_ACROSS: Final = 22  # how many letters that name the areas would fill the picture's width


@dataclass(frozen=True, slots=True)
class SeenOption:
    """`content` may reach a browser; `text` is what is read of it."""

    id: str
    letter: str
    content: Markup
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """`options` are those that may be put there, `right` those that belong there."""

    id: str
    letter: str
    content: Markup
    text: str
    options: tuple[SeenOption, ...]
    right: tuple[str, ...]
    chosen: bool
    several: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything of an item that a page shows.

    response : what stands in the controls, where the item can be tried (None: it is only read)
    order : of an order, the options as they belong
    """

    interaction: str
    stem: Markup
    options: tuple[SeenOption, ...]
    places: tuple[SeenPlace, ...]
    at_most: int | None
    stimulus: Markup | None
    response: Fields | None
    lang: str
    order: tuple[SeenOption, ...] = ()
    stimulus_lang: str = "vi"

    @property
    def tries(self) -> bool:
        return self.response is not None


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: sanitised texts; `right` is the response to mark as right, if any."""

    stem: str
    asked: Asked
    stimulus: Stimulus | None = None
    right: str = ""
    response: Fields | None = None
    lang: str = "vi"


def look_of(item: ItemVersion, key: Key) -> Look:
    """A stored item with its key: of a choice, every option that is accepted."""
    right = key.accepted if item.asked.kind.form is Form.ONE else key.accepted[:1]
    return Look(item.stem, item.asked, item.stimulus, " ".join(right))


def seen_in_english(item: ItemVersion, key: Key) -> Seen | None:
    """The same item in English, where it has that."""
    if item.english is None:
        return None
    look = look_of(item, key)
    return seen(replace(look, stem=item.english.stem, asked=in_english(item.asked, item.english), lang="en"))


def in_english(asked: Asked, english: Translation) -> Asked:
    """The same with the English contents."""
    return replace(
        asked,
        options=tuple(replace(one, content=english.options.get(one.id, "")) for one in asked.options),
        places=tuple(replace(one, content=english.places.get(one.id, "")) for one in asked.places),
    )


def seen(look: Look) -> Seen:
    """The item laid out for the template."""
    asked = look.asked
    right = frozenset(parts_of(look.right)) if _names_parts(asked, look.right) else frozenset()
    options = tuple(_option(option, place, right) for place, option in enumerate(asked.options))
    places = tuple(_places(asked, options, right))
    stem = render_authored_stem(deps(), look.stem)
    stem = _with_areas(stem, asked, places) if asked.interaction is Interaction.HOTSPOT else stem
    if asked.kind.in_stem:
        stem = _filled(stem, _filler(look, places))
    order: tuple[SeenOption, ...] = ()
    if asked.kind.form is Form.ORDERED and look.right:
        by_id = {option.id: option for option in options}
        order = tuple(by_id[id_] for id_ in parts_of(look.right) if id_ in by_id)
    return Seen(
        asked.interaction.value,
        Markup(stem),  # noqa: S704 - rendered from sanitised text
        options,
        places,
        asked.at_most,
        None if look.stimulus is None else _markup(look.stimulus.read_in(look.lang)),
        look.response,
        look.lang,
        order,
        look.lang if look.stimulus is not None and look.stimulus.english else "vi",
    )


def _names_parts(asked: Asked, response: str) -> bool:
    return bool(response) and asked.kind.form not in {Form.NUMBER, Form.TEXT, Form.NOTHING}


def _markup(text: str) -> Markup:
    return Markup(render_wording(deps(), text))  # noqa: S704 - nothing but allowed tags comes out


def _option(option: Option, place: int, right: frozenset[str]) -> SeenOption:
    text = plain_text(option.content)
    return SeenOption(option.id, letters(place), _markup(option.content), text, option.id in right)


def _places(asked: Asked, options: Sequence[SeenOption], right: frozenset[str]) -> list[SeenPlace]:
    owners = {option.id: option.place for option in asked.options}
    found = []
    for number, place in enumerate(asked.places):
        own = tuple(option for option in options if owners[option.id] in {None, place.id})
        belongs = tuple(option.id for option in own if f"{option.id}>{place.id}" in right)
        found.append(
            SeenPlace(
                place.id,
                letters(number) if asked.interaction is Interaction.HOTSPOT else str(number + 1),
                _markup(place.content),
                plain_text(place.content),
                own,
                belongs,
                place.id in right,
                place.at_most != 1,
            )
        )
    return found


def _filled(stem: str, filler: Callable[[str, str], str]) -> str:
    return _PLACE.sub(lambda found: filler(found[1], found[2]), stem)


def _filler(look: Look, places: Sequence[SeenPlace]) -> Callable[[str, str], str]:
    by_id = {place.id: place for place in places}

    def fill(id_: str, words: str) -> str:
        place = by_id.get(id_)
        if place is None:
            return words
        if look.asked.interaction is Interaction.HOTTEXT:
            return _word(place, words, look)
        return _select(place, look) if look.response is not None else _gap(place)

    return fill


def _word(place: SeenPlace, words: str, look: Look) -> str:
    if look.response is None:
        mark = ' <span class="key-mark">✓</span>' if place.chosen else ""
        return f'<span class="hottext{" is-right" if place.chosen else ""}">{words}{mark}</span>'
    checked = " checked" if place.id in look.response.get("try", ()) else ""
    return (
        f'<label class="hottext"><input type="checkbox" name="try" value="{escape(place.id)}"'
        f' form="item-form"{checked}> {words}</label>'
    )


def _gap(place: SeenPlace) -> str:
    texts = escape(", ".join(option.text for option in place.options if option.id in place.right))
    return f'<span class="gap"><span class="gap-number">{place.letter}</span> {texts}</span>'


def _select(place: SeenPlace, look: Look) -> str:
    name = f"try_{place.id.lower()}"
    said = (look.response or {}).get(name, ())
    options = "".join(
        f'<option value="{escape(option.id)}"{" selected" if option.id in said else ""}>{escape(option.text)}'
        "</option>"
        for option in place.options
    )
    return (
        f'<select class="form-select gap-select" name="{escape(name)}" form="item-form"'
        f' aria-label="{place.letter}"><option value=""></option>{options}</select>'
    )


def _with_areas(stem: str, asked: Asked, places: Sequence[SeenPlace]) -> str:
    """The areas over the item's picture, in its own pixels whatever its size on the screen."""
    picture = _PICTURE.search(stem)
    if picture is None:
        return stem
    width, height = picture[1], picture[2]
    areas = zip(asked.places, places, strict=True)
    shapes = "".join(_shape(one.area, place) for one, place in areas if one.area is not None)
    size = max(8, int(width) // _LETTERS_ACROSS)
    frame = (
        f'<span class="hotspot-frame">{picture[0]}<svg class="hotspot-areas" viewBox="0 0 {width} {height}"'
        f' font-size="{size}" aria-hidden="true">{shapes}</svg></span>'
    )
    return stem[: picture.start()] + frame + stem[picture.end() :]


def _shape(area: Area, place: SeenPlace) -> str:
    first, second, *rest = area.coords
    named = f'class="hotspot-area{" is-right" if place.chosen else ""}"'
    if area.shape == "circle":
        drawn = f'<circle {named} cx="{first}" cy="{second}" r="{rest[0]}"></circle>'
        middle = (first, second)
    elif area.shape == "poly":
        drawn = f'<polygon {named} points="{" ".join(map(str, area.coords))}"></polygon>'
        xs, ys = area.coords[::2], area.coords[1::2]
        middle = (sum(xs) // len(xs), sum(ys) // len(ys))
    else:
        drawn = (
            f'<rect {named} x="{first}" y="{second}" width="{rest[0] - first}" height="{rest[1] - second}">'
            "</rect>"
        )
        middle = ((first + rest[0]) // 2, (second + rest[1]) // 2)
    return f'{drawn}<text class="hotspot-letter" x="{middle[0]}" y="{middle[1]}">{place.letter}</text>'
