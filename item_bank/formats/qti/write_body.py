"""The body of an item: its stem, and the interaction as each version of QTI writes it."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from item_bank.formats.facts import RUBRIC, STIMULUS
from item_bank.formats.foreign import ForeignItem
from item_bank.formats.qti.pairs import TABULAR
from item_bank.formats.qti.processing import RESPONSE
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.versions import Version, attribute, name_of
from item_bank.formats.qti.write_content import Markup, has_blocks, with_marks
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Criterion
from item_bank.media import REFERENCE
from item_bank.stem import plain_line, plain_text
from item_bank.stimulus import Stimulus


@dataclass(frozen=True, slots=True)
class BodyWriter:
    version: Version
    markup: Markup

    def body(self, item: ForeignItem, asked: Asked) -> str:
        """The item's body. Raises Refused HOTSPOT_WITHOUT_PICTURE."""
        said = self._rubric(item.rationale) if asked.kind.rated and item.rationale else ""
        criteria = self._criteria(item.key.rubric) if item.key is not None and item.key.rubric else ""
        asks = _WRITERS[asked.interaction](self, item, asked)
        return self.version.element("itemBody", {}, self._shared(item.stimulus), said, criteria, asks)

    def feedback(self, rationale: str) -> str:
        """Shown whatever was responded: hidden only by a value that nothing sets."""
        said = {"outcomeIdentifier": "FEEDBACK", "identifier": "none", "showHide": "hide"}
        return self.version.element("modalFeedback", said, self._flow(rationale))

    def _rubric(self, rationale: str) -> str:
        said = {"view": "scorer"} | ({"use": "scoring"} if self.version.hyphens else {})
        return self.version.element("rubricBlock", said, self._flow(rationale))

    def _criteria(self, rubric: Sequence[Criterion]) -> str:
        """The rubric as a table for scorers, which the reader knows by its class."""
        said = {"class": RUBRIC, "view": "scorer"} | ({"use": "scoring"} if self.version.hyphens else {})
        rows = "".join(
            f"<tr><td>{html.escape(plain_line(one.description), quote=False)}</td><td>{one.points}</td></tr>"
            for one in rubric
        )
        table = f"<table><tbody>{rows}</tbody></table>"
        inside = self.version.element("contentBody", {}, table) if self.version.hyphens else table
        return self.version.element("rubricBlock", said, inside)

    def _shared(self, stimulus: Stimulus | None) -> str:
        """A stimulus as the first block; QTI 3 has files for it instead."""
        if stimulus is None or self.version.hyphens:
            return ""
        label = attribute(stimulus.code)
        return f'<div class="{STIMULUS}" label="{label}">{self.markup.xml(stimulus.content)}</div>'

    def _flow(self, markup: str) -> str:
        framed = self.markup.framed(markup)
        return self.version.element("contentBody", {}, framed) if self.version.hyphens else framed

    def asked_in(self, name: str, stem: str, attributes: dict[str, str], *inside: str) -> str:
        """An interaction with the stem as its prompt; before it where it has blocks, which no prompt has."""
        said = {"responseIdentifier": RESPONSE} | attributes
        if has_blocks(stem) or not stem:
            return self.markup.framed(stem) + self.version.element(name, said, *inside)
        prompt = self.version.element("prompt", {}, self.markup.xml(stem))
        return self.version.element(name, said, prompt, *inside)

    def choices(self, name: str, parts: Sequence[Option | Place], *, limits: bool = False) -> list[str]:
        return [
            self.version.element(
                name,
                {"identifier": name_of(part.id)} | ({"matchMax": _limit(part.at_most)} if limits else {}),
                self.markup.xml(part.content),
            )
            for part in parts
        ]


def _limit(at_most: int | None) -> str:
    return str(at_most or 0)


def _choice(writer: BodyWriter, item: ForeignItem, asked: Asked) -> str:
    several = asked.interaction is Interaction.MULTIPLE_RESPONSE
    limits = {"shuffle": "false", "maxChoices": _limit(asked.at_most) if several else "1"}
    return writer.asked_in(
        "choiceInteraction", item.stem, limits, *writer.choices("simpleChoice", asked.options)
    )


def _order(writer: BodyWriter, item: ForeignItem, asked: Asked) -> str:
    choices = writer.choices("simpleChoice", asked.options)
    return writer.asked_in("orderInteraction", item.stem, {"shuffle": "true"}, *choices)


def _match(writer: BodyWriter, item: ForeignItem, asked: Asked) -> str:
    statements = asked.interaction is Interaction.STATEMENTS
    sets = (asked.places, asked.options) if statements else (asked.options, asked.places)
    said = {"shuffle": "false", "maxAssociations": "0"} | ({"class": TABULAR} if statements else {})
    written = (
        writer.version.element(
            "simpleMatchSet", {}, *writer.choices("simpleAssociableChoice", one, limits=True)
        )
        for one in sets
    )
    return writer.asked_in("matchInteraction", item.stem, said, *written)


def _gap_match(writer: BodyWriter, item: ForeignItem, asked: Asked) -> str:
    version, losses = writer.version, writer.markup.losses
    if any(place.at_most != 1 for place in asked.places):
        losses.add("LIMIT_LOST", places=", ".join(one.id for one in asked.places if one.at_most != 1))
    words = writer.markup.plain if version.number == "2.1" else writer.markup.xml
    texts = (
        version.element(
            "gapText", {"identifier": name_of(one.id), "matchMax": _limit(one.at_most)}, words(one.content)
        )
        for one in asked.options
    )
    stem = with_marks(
        writer.markup.framed(item.stem),
        lambda id_, _words: version.element("gap", {"identifier": name_of(id_)}),
    )
    said = {"responseIdentifier": RESPONSE, "shuffle": "false"}
    return version.element("gapMatchInteraction", said, *texts, stem)


def _inline_choice(writer: BodyWriter, item: ForeignItem, asked: Asked) -> str:
    words = writer.markup.xml if writer.version.hyphens else writer.markup.plain

    def written(id_: str, _words: str) -> str:
        choices = (
            writer.version.element("inlineChoice", {"identifier": name_of(one.id)}, words(one.content))
            for one in asked.options
            if one.place == id_
        )
        said = {"responseIdentifier": name_of(id_), "shuffle": "false"}
        return writer.version.element("inlineChoiceInteraction", said, *choices)

    return with_marks(writer.markup.framed(item.stem), written)


def _hottext(writer: BodyWriter, item: ForeignItem, asked: Asked) -> str:
    stem = with_marks(
        writer.markup.framed(item.stem),
        lambda id_, words: writer.version.element("hottext", {"identifier": name_of(id_)}, words),
    )
    said = {"responseIdentifier": RESPONSE, "maxChoices": _limit(asked.at_most)}
    return writer.version.element("hottextInteraction", said, stem)


def _hotspot(writer: BodyWriter, item: ForeignItem, asked: Asked) -> str:
    """The last picture of the stem is the one with the areas."""
    found = list(REFERENCE.finditer(item.stem))
    if not found or found[-1].group(1) not in writer.markup.pictures:
        raise Refused("HOTSPOT_WITHOUT_PICTURE")
    start, end = found[-1].span()
    if item.stem[end:].strip():
        writer.markup.losses.add("CONTENT_MOVED")
    stem = (item.stem[:start] + item.stem[end:]).strip()
    picture = writer.markup.pictures[found[-1].group(1)]
    href, alt = writer.markup.href(found[-1].group(1)), found[-1].group(2)
    size = f'width="{picture.width}" height="{picture.height}"'
    shown = (
        f'<img src="{href}" alt="{alt}" {size}/>'
        if writer.version.hyphens
        else f'<object data="{href}" type="{picture.mime}" {size}>{alt}</object>'
    )
    choices = (_hotspot_choice(writer, place) for place in asked.places)
    said = {"maxChoices": _limit(asked.at_most)}
    return writer.asked_in("hotspotInteraction", stem, said, shown, *choices)


def _hotspot_choice(writer: BodyWriter, place: Place) -> str:
    if place.area is None:
        raise Refused("PLACE_WITHOUT_AREA", place=place.id)
    if "<" in place.content:
        writer.markup.losses.add("MARKUP_LOST", text=plain_text(place.content))
    said = {
        "identifier": name_of(place.id),
        "shape": place.area.shape,
        "coords": ",".join(map(str, place.area.coords)),
    }
    label = {"hotspotLabel": plain_text(place.content)} if place.content else {}
    return writer.version.element("hotspotChoice", said | label)


def _text_entry(writer: BodyWriter, item: ForeignItem, _asked: Asked) -> str:
    entry = writer.version.element("textEntryInteraction", {"responseIdentifier": RESPONSE})
    return f"{writer.markup.framed(item.stem)}<p>{entry}</p>"


def _essay(writer: BodyWriter, item: ForeignItem, _asked: Asked) -> str:
    return writer.asked_in("extendedTextInteraction", item.stem, {})


def _practical(writer: BodyWriter, item: ForeignItem, _asked: Asked) -> str:
    writer.markup.losses.add("PRACTICAL_AS_UPLOAD")
    return writer.asked_in("uploadInteraction", item.stem, {})


_WRITERS: Final[dict[Interaction, Callable[[BodyWriter, ForeignItem, Asked], str]]] = {
    Interaction.SINGLE_CHOICE: _choice,
    Interaction.TRUE_FALSE: _choice,
    Interaction.MULTIPLE_RESPONSE: _choice,
    Interaction.STATEMENTS: _match,
    Interaction.NUMERIC: _text_entry,
    Interaction.SHORT_TEXT: _text_entry,
    Interaction.ORDER: _order,
    Interaction.MATCH: _match,
    Interaction.INLINE_CHOICE: _inline_choice,
    Interaction.GAP_MATCH: _gap_match,
    Interaction.HOTSPOT: _hotspot,
    Interaction.HOTTEXT: _hottext,
    Interaction.ESSAY: _essay,
    Interaction.PRACTICAL: _practical,
}
