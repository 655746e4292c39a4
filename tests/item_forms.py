"""An item's form as a browser sends it: from an example, and from a page."""

from __future__ import annotations

from html.parser import HTMLParser

from item_bank.interactions.kinds import Interaction
from item_bank.interactions.responses import parts_of
from tests.every_interaction import EXAMPLES, Example

Fields = dict[str, list[str]]
COMMON = {
    "topic": "T01",
    "level": "apply",
    "pool": "operational",
    "legal_basis": "Luật Hải quan 2014, Điều 21",
}


def fields_of(interaction: Interaction, picture: str = "") -> Fields:
    """What the author of the example would type."""
    example = EXAMPLES[interaction]
    fields = {
        "interaction": [interaction.value],
        "stem": [example.stem.replace("{picture}", picture)],
        "credit": [example.key.credit.value],
        **{name: [value] for name, value in COMMON.items()},
    }
    if example.asked.at_most is not None:
        fields["at_most"] = [str(example.asked.at_most)]
    if interaction in {Interaction.MATCH, Interaction.GAP_MATCH}:
        return fields | _pairs(example)
    return fields | _options(example) | _places(example) | _key(example)


def _pairs(example: Example) -> Fields:
    pairs = dict(part.split(">")[::-1] for part in parts_of(example.right or ""))
    contents = {option.id: option.content for option in example.asked.options}
    fields: Fields = {}
    for place in example.asked.places:
        if place.content:
            fields[f"place_{place.id.lower()}"] = [place.content]
        fields[f"pair_{place.id.lower()}"] = [contents.pop(pairs[place.id])]
    return fields | {f"option_{id_.lower()}": [content] for id_, content in contents.items()}


def _options(example: Example) -> Fields:
    fields = {f"option_{one.id.lower()}": [one.content] for one in example.asked.options}
    return fields | {f"of_{one.id.lower()}": [one.place] for one in example.asked.options if one.place}


def _places(example: Example) -> Fields:
    fields: Fields = {}
    for place in example.asked.places:
        id_ = place.id.lower()
        if not example.asked.kind.in_stem:
            fields[f"place_{id_}"] = [place.content]
        if place.area is not None:
            fields[f"shape_{id_}"] = [place.area.shape]
            fields |= {f"area_{id_}_{n}": [str(number)] for n, number in enumerate(place.area.coords, 1)}
    return fields


def _key(example: Example) -> Fields:
    key, interaction = example.key, example.asked.interaction
    if key.rubric:
        rows = enumerate(key.rubric, 1)
        return {
            name: [value]
            for n, row in rows
            for name, value in ((f"criterion_{n}", row.description), (f"points_{n}", str(row.points)))
        }
    if interaction in {Interaction.NUMERIC, Interaction.SHORT_TEXT}:
        fields = {f"accepted_{n}": [text] for n, text in enumerate(key.accepted, 1)}
        fields |= {"tolerance": [str(key.tolerance)]} if key.tolerance else {}
        return fields | ({"with_marks": ["1"]} if key.with_marks else {})
    parts = parts_of(example.right or "")
    if any(">" in part for part in parts):
        return {f"right_{place.lower()}": [option] for option, place in (part.split(">") for part in parts)}
    return {} if interaction is Interaction.ORDER else {"key": list(parts)}


class FormReader(HTMLParser):
    """The fields of a page's form `item-form` that are filled in, with those outside that belong to it."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self._inside = False
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = said.get("id") == "item-form"
        name = said.get("name", "")
        if tag == "option" and self._select is not None and "selected" in said:
            self.fields.setdefault(self._select, []).append(said.get("value", ""))
        if not name or not (self._inside or said.get("form") == "item-form"):
            return
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._text = name
            self.fields.setdefault(name, []).append("")
        elif tag == "input" and (said.get("type") not in {"radio", "checkbox"} or "checked" in said):
            self.fields.setdefault(name, []).append(said.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            typed = self.fields[self._text][-1] + data
            self.fields[self._text][-1] = typed.removeprefix("\r\n").removeprefix("\n")  # as browsers do


def fields_on(page: str) -> Fields:
    """What the form on this page would send."""
    reader = FormReader()
    reader.feed(page)
    return reader.fields
