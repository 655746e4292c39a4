"""Choice, order, hottext and hotspot: interactions in which things are chosen or put in order."""

from __future__ import annotations

from typing import Final

from item_bank.formats.qti.declarations import Declared, read_coords
from item_bank.formats.qti.posed import Posed, Source, limit_of, names_for
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.xml import Node
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.media import Picture
from item_bank.stem import plain_text

# the words of a true/false item in the languages whose exports were seen
_TRUE_OR_FALSE: Final = frozenset(
    {"đúng|sai", "true|false", "wahr|falsch", "richtig|falsch", "vrai|faux", "verdadero|falso", "waar|onwaar"}
    | {"juist|onjuist", "t|f", "vero|falso", "correct|incorrect", "right|wrong"}
)
_SHAPES: Final = frozenset({"rect", "circle", "poly"})


def are_true_or_false(contents: list[str]) -> bool:
    """Whether two options read as the two truth values, in either order."""
    words = [plain_text(one).strip(" .").casefold() for one in contents]
    return len(words) == 2 and bool({"|".join(words), "|".join(reversed(words))} & _TRUE_OR_FALSE)


def read_choice(node: Node, source: Source) -> Posed:
    """choiceInteraction: one choice where at most one may be made, whatever the cardinality says."""
    variable = source.require(node, ("single", "multiple"), ("identifier",))
    choices = node.all("simpleChoice")
    _note_order(node, choices, source)
    names = names_for(choices)
    options = tuple(Option(id_, source.body.html(choice)) for id_, choice in zip(names, choices, strict=True))
    most = _most_choices(node, variable)
    if variable.cardinality == "single" or most == 1:
        contents = [option.content for option in options]
        kind = Interaction.TRUE_FALSE if are_true_or_false(contents) else Interaction.SINGLE_CHOICE
        return Posed(Asked(kind, options), {"": variable.id}, names)
    _note_least(node, source)
    return Posed(Asked(Interaction.MULTIPLE_RESPONSE, options, at_most=most), {"": variable.id}, names)


def read_order(node: Node, source: Source) -> Posed:
    """orderInteraction, where all choices are put in order."""
    variable = source.require(node, ("ordered",), ("identifier",))
    choices = node.all("simpleChoice")
    if node.get("minChoices") or node.get("maxChoices"):
        least, most = limit_of(node, "minChoices", 0), limit_of(node, "maxChoices", 0)
        if {least, most} - {None, len(choices)}:
            raise Refused("ORDER_OF_SOME", line=node.line)
    _note_order(node, choices, source)
    names = names_for(choices)
    options = tuple(Option(id_, source.body.html(choice)) for id_, choice in zip(names, choices, strict=True))
    return Posed(Asked(Interaction.ORDER, options), {"": variable.id}, names)


def read_hottext(node: Node, source: Source) -> Posed:
    """hottextInteraction: words of the stem itself are chosen."""
    variable = source.require(node, ("single", "multiple"), ("identifier",))
    words = node.within("hottext")
    names = names_for(words, "h")
    places, marks = [], {}
    for id_, word in zip(names, words, strict=True):
        markup = source.body.html(word)
        content = markup.replace("[", "(").replace("]", ")")
        if content != markup:
            source.body.losses.add("BRACKETS_CHANGED", line=word.line)
        if not content or len(content) > 500:
            raise Refused("HOTTEXT_LENGTH", line=word.line, identifier=names[id_])
        places.append(Place(id_, content))
        marks[id(word)] = f"[[{id_}:{content}]]"
    _note_least(node, source)
    most = 1 if variable.cardinality == "single" else _most_choices(node, variable)
    asked = Asked(Interaction.HOTTEXT, places=tuple(places), at_most=most)
    return Posed(asked, {"": variable.id}, places=names, marks=marks)


def read_hotspot(node: Node, source: Source) -> Posed:
    """hotspotInteraction: areas of a picture, which goes behind the stem."""
    variable = source.require(node, ("single", "multiple"), ("identifier",))
    shown = _picture_of(node, source)
    choices = node.all("hotspotChoice")
    names = names_for(choices, "p")
    scale = _scale(node, shown[1])
    places = tuple(
        Place(id_, source.body.html(Node("span", {}, _label(choice))), _area(choice, scale, source))
        for id_, choice in zip(names, choices, strict=True)
    )
    _note_least(node, source)
    most = 1 if variable.cardinality == "single" else _most_choices(node, variable)
    asked = Asked(Interaction.HOTSPOT, places=places, at_most=most)
    return Posed(asked, {"": variable.id}, places=names, behind=shown[0])


def _label(choice: Node) -> str:
    return choice.get("hotspotLabel") or choice.get("ariaLabel")


def _picture_of(node: Node, source: Source) -> tuple[str, Picture]:
    """The picture whose areas are chosen: an object or img beside the choices."""
    for child in node.all("object", "img", "picture"):
        image = next((one for one in child.walk() if one.name in {"object", "img"}), child)
        href = image.get("data") or image.get("src")
        alt = image.get("alt") or image.words()
        shown = source.body.pictures.show(href, source.body.folder, alt, source.body.losses)
        if shown is not None:
            return shown
    raise Refused("HOTSPOT_WITHOUT_PICTURE", line=node.line)


def _scale(node: Node, picture: Picture) -> tuple[float, float]:
    """By how much the picture's own pixels are more than those the areas are told in."""
    for image in node.within("object", "img"):
        width, height = image.get("width"), image.get("height")
        if width.isdecimal() and height.isdecimal() and int(width[:6]) and int(height[:6]):
            return picture.width / int(width[:6]), picture.height / int(height[:6])
    return 1.0, 1.0


def _area(choice: Node, scale: tuple[float, float], source: Source) -> Area:
    coords, shape = read_coords(choice.get("coords")), choice.get("shape")
    if shape not in _SHAPES or coords is None:
        said = choice.get("coords")
        raise Refused("SHAPE_NOT_KEPT", line=choice.line, shape=shape, coords=said)
    if scale == (1.0, 1.0):
        return Area(shape, coords)
    if shape == "circle" and scale[0] != scale[1]:
        raise Refused("SHAPE_NOT_KEPT", line=choice.line, shape="ellipse", coords=choice.get("coords"))
    exact = [one * scale[n % 2 if n < 2 or shape != "circle" else 0] for n, one in enumerate(coords)]
    if any(not one.is_integer() for one in exact):
        source.body.losses.add("AREAS_ROUNDED")
    return Area(shape, tuple(round(one) for one in exact))


def _most_choices(node: Node, variable: Declared) -> int | None:
    """maxChoices; 1 where it is not given, as the standard has it, unless the key itself has more."""
    most = limit_of(node, "maxChoices", 1 if variable.cardinality == "multiple" else 0)
    n_right = 0 if variable.key is None else len(variable.key.atoms)
    if most is not None and n_right > most:
        if node.get("maxChoices"):
            raise Refused("KEY_BEYOND_LIMIT", line=node.line, count=n_right, most=most)
        return None
    return most


def _note_least(node: Node, source: Source) -> None:
    least = limit_of(node, "minChoices", 0)
    if least is not None and least > 1:
        source.body.losses.add("LEAST_CHOICES_LOST", line=node.line, least=least)


def _note_order(node: Node, choices: list[Node], source: Source) -> None:
    if node.is_true("shuffle") and any(choice.is_true("fixed") for choice in choices):
        source.body.losses.add("FIXED_PLACE_LOST", line=node.line)
