"""Text entry, slider, extended text and upload: interactions in which something is typed or handed in."""

from __future__ import annotations

from item_bank.formats.qti.posed import Posed, Source
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import NUMERIC
from item_bank.formats.qti.xml import Node
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction

GAP = "____"  # where a typed response stands within a sentence


def read_text_entry(node: Node, source: Source) -> Posed:
    """textEntryInteraction: a number or a short text by its variable; a pattern of input is lost."""
    variable = source.require(node, ("single",), ("string", "integer", "float"))
    if node.get("patternMask"):
        source.body.losses.add("PATTERN_LOST", line=node.line, pattern=node.get("patternMask"))
    if node.get("base", "10") != "10":
        raise Refused("NUMBER_BASE", line=node.line, base=node.get("base"))
    kind = Interaction.NUMERIC if variable.base in NUMERIC else Interaction.SHORT_TEXT
    return Posed(Asked(kind), {"": variable.id}, marks={id(node): GAP})


def read_slider(node: Node, source: Source) -> Posed:
    """sliderInteraction: the number is typed instead, its scale is lost."""
    variable = source.require(node, ("single",), ("integer", "float"))
    source.body.losses.add(
        "SLIDER_LOST", line=node.line, lower=node.get("lowerBound"), upper=node.get("upperBound")
    )
    return Posed(Asked(Interaction.NUMERIC), {"": variable.id})


def read_extended_text(node: Node, source: Source) -> Posed:
    """extendedTextInteraction: an essay, marked by people."""
    variable = source.require(node, ("single", "multiple", "ordered"), ("string",))
    for name in ("minStrings", "maxStrings"):
        if node.get(name, "1") not in {"0", "1"}:
            raise Refused("SEVERAL_TEXTS", line=node.line, name=name)
    if node.get("format", "plain") == "xhtml":
        source.body.losses.add("TEXT_FORMAT_LOST", line=node.line)
    return Posed(Asked(Interaction.ESSAY), {"": variable.id})


def read_upload(node: Node, source: Source) -> Posed:
    """uploadInteraction: a practical task, done and handed in elsewhere."""
    variable = source.variable_of(node)
    source.body.losses.add("UPLOAD_LOST", line=node.line, type=node.get("type"))
    return Posed(Asked(Interaction.PRACTICAL), {"": variable.id})
