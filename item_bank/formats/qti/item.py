"""One item of a file: read whole, with losses named, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.foreign import BankFacts, ForeignItem, Statistics
from item_bank.formats.losses import Losses
from item_bank.formats.qti.beside import Shared, rubric_in, shared_block, stimulus_in
from item_bank.formats.qti.choices import read_choice, read_hotspot, read_hottext, read_order
from item_bank.formats.qti.content import Body
from item_bank.formats.qti.declarations import Declared, constants_of, outcome_variables, response_variables
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.keys import derive_key
from item_bank.formats.qti.markup import page_block
from item_bank.formats.qti.pairs import read_gap_match, read_inline_choices, read_match
from item_bank.formats.qti.pictures import Pictures
from item_bank.formats.qti.posed import Posed, Source
from item_bank.formats.qti.processing import Variables, read_program
from item_bank.formats.qti.rationale import rationale_of
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.typed import GAP, read_extended_text, read_slider, read_text_entry, read_upload
from item_bank.formats.qti.xml import Node
from item_bank.interactions.asked import Asked, check_stem
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key, check_key
from item_bank.stem import plain_line, plain_text, sanitise

_READERS: Final[dict[str, Callable[[Node, Source], Posed]]] = {
    "choiceInteraction": read_choice,
    "orderInteraction": read_order,
    "matchInteraction": read_match,
    "gapMatchInteraction": read_gap_match,
    "textEntryInteraction": read_text_entry,
    "extendedTextInteraction": read_extended_text,
    "hotspotInteraction": read_hotspot,
    "hottextInteraction": read_hottext,
    "uploadInteraction": read_upload,
    "sliderInteraction": read_slider,
}
_IN_TEXT: Final = frozenset({"gapMatchInteraction", "hottextInteraction", "textEntryInteraction"})
_READ: Final = frozenset(
    {"responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"}
    | {"assessmentStimulusRef", "contextDeclaration", "templateDeclaration", "templateProcessing"}
)
_DRAWN: Final = frozenset({"templateProcessing", "templateBlock", "templateInline", "printedVariable"})
_LOOKS_AWAY: Final = frozenset({"isNull", "responseIf", "responseElseIf", "setOutcomeValue"})
_SPLIT: Final = "\x00"
_HELD: Final = ("img", "[[")


@dataclass(slots=True)
class Beside:
    """What a package says of an item beside its file.

    stimuli : the shared texts by the item's reference: name and markup
    """

    pictures: Pictures
    budget: Budget
    folder: str = ""
    stimuli: Shared = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    competencies: tuple[str, ...] = ()
    statistics: Statistics | None = None
    facts: BankFacts = field(default_factory=BankFacts)


def read_tree(root: Node, where: str, beside: Beside) -> ForeignItem:
    """The item of a parsed file; what it is refused for stands in it."""
    item = ForeignItem(
        where,
        language=plain_line(root.get("lang")) or None,
        category=beside.category,
        tags=beside.tags,
        competencies=beside.competencies,
        statistics=beside.statistics,
        facts=beside.facts,
    )
    try:
        item = _taken(root, item, beside)
    except Refused as refused:
        return replace(item, refused=refused.remark, lost=beside.losses.all())
    except InvalidItem as fault:
        remark = Refused(fault.code, **fault.params).remark
        return replace(item, refused=remark, lost=beside.losses.all())
    return replace(item, lost=beside.losses.all())


def name_of(root: Node, path: str) -> str:
    """How an author finds the item again: its title, identifier or file."""
    return plain_line(root.get("title")) or plain_line(root.get("identifier")) or path


def _taken(root: Node, item: ForeignItem, beside: Beside) -> ForeignItem:
    _refuse_unreadable(root)
    body = root.first("itemBody")
    if body is None:
        raise Refused("BODY_MISSING", line=root.line)
    for part in root.children:
        if part.name not in _READ:
            beside.losses.add("PART_LOST", line=part.line, name=part.name)
    nodes = [node for node in body.walk() if node.name.endswith("Interaction")]
    writer = Body(beside.pictures, beside.losses, beside.folder)
    responses = response_variables(root)
    posed = _posed(body, nodes, Source(writer, responses))
    stimulus, shared = stimulus_in(root, body, writer, beside.stimuli)
    stem = _stem(root, nodes, posed, replace_marks(writer, posed.marks), shared)
    check_stem(posed.asked, stem)
    _refuse_empty(posed, beside.losses)
    outcomes = outcome_variables(root)
    if any(one.start is not None for one in responses.values()):
        beside.losses.add("DEFAULT_RESPONSE_LOST")
    scored = _scored_text(root, nodes[0], posed, (responses, outcomes), beside)
    if scored is not None:
        (posed, key, best) = scored
    elif posed.asked.kind.rated:
        key = check_key(posed.asked, Key(1, (), rubric=rubric_in(root)))
        best = _most_of(outcomes) or Fraction(1)
        _note_rated(root, posed, outcomes, beside.losses)
    else:
        program = read_program(root, (responses, {**constants_of(root), **outcomes}))
        marked = derive_key(posed, program, beside.losses, beside.budget)
        key, best = marked.key, marked.best
        most = _most_of(outcomes)
        if most is not None and most != best:
            beside.losses.add("MAXSCORE_DIFFERS", declared=float(most), reached=float(best))
    rationale = rationale_of(root, writer, rated=posed.asked.kind.rated)
    item = replace(item, stem=stem, asked=posed.asked, key=key, rationale=rationale, max_mark=float(best))
    return replace(item, stimulus=stimulus)


def _refuse_unreadable(root: Node) -> None:
    if root.is_true("adaptive"):
        raise Refused("ADAPTIVE", line=root.line)
    for node in root.walk():
        if node.name in _DRAWN and (node.name != "templateProcessing" or node.children):
            raise Refused("TEMPLATE_PROCESSING", line=node.line)
        if node.name in {"customOperator", "customInteraction", "portableCustomInteraction"}:
            raise Refused("CUSTOM_PART", line=node.line, name=node.name)


def _refuse_empty(posed: Posed, losses: Losses) -> None:
    """An option or place that shows nothing, most often because its picture is not in the package."""
    parts = [(one.id, one.content) for one in posed.asked.options]
    if not posed.asked.kind.in_stem:
        parts += [(one.id, one.content) for one in posed.asked.places if one.area is None]
    for id_, content in parts:
        if not _is_seen(content):
            unseen = losses.why_empty()
            if unseen is None:
                raise Refused("EMPTY_PART", value=id_)
            raise Refused(unseen.code, line=unseen.line, **unseen.params)


def _posed(body: Node, nodes: list[Node], source: Source) -> Posed:
    if not nodes:
        raise Refused("NO_INTERACTION")
    names = [node.name for node in nodes]
    for part in body.within("feedbackBlock", "feedbackInline"):
        if any(node in nodes for node in part.walk()):  # asked of some candidates only
            raise Refused("INTERACTION_IN_FEEDBACK", line=part.line)
    if set(names) == {"inlineChoiceInteraction"}:
        return read_inline_choices(nodes, source)
    if len(nodes) > 1:
        raise Refused("SEVERAL_INTERACTIONS", line=nodes[1].line, names=", ".join(names))
    if names[0] not in _READERS:
        raise Refused("INTERACTION_NOT_KEPT", line=nodes[0].line, name=names[0])
    return _READERS[names[0]](nodes[0], source)


def replace_marks(body: Body, marks: Mapping[int, str]) -> Body:
    return Body(body.pictures, body.losses, body.folder, dict(marks), body.formulas)


def _stem(root: Node, nodes: list[Node], posed: Posed, writer: Body, shared: str) -> str:
    """Shared texts, the body with marks in it, and the picture of areas."""
    body = next(part for part in root.children if part.name == "itemBody")
    block = shared_block(body) or (None if root.all("assessmentStimulusRef") else page_block(body))
    if block is not None:
        writer = replace_marks(writer, {**writer.marks, id(block): ""})
    marks, node = dict(writer.marks), nodes[0]
    prompt = node.first("prompt")
    if node.name == "textEntryInteraction":
        writer.marks = {**marks, id(node): _SPLIT}
        behind = plain_text(writer.inside(body).partition(_SPLIT)[2])
        marks[id(node)] = GAP if behind else ""
    elif node.name not in _IN_TEXT and node.name != "inlineChoiceInteraction":
        writer.marks = {**marks, id(node): _SPLIT}
        before, _split, behind = writer.inside(body).partition(_SPLIT)
        if _is_seen(behind):
            writer.losses.add("CONTENT_MOVED", line=node.line)
        asked = "" if prompt is None else writer.inside(prompt)
        marks[id(node)] = _as_block(asked) if _is_seen(before + behind) else asked
    elif prompt is not None and node.name in _IN_TEXT:
        marks[id(prompt)] = _as_block(writer.inside(prompt))
    writer.marks = marks
    stem = sanitise(f"{shared}{writer.inside(body)}{posed.behind}")
    if root.all("stylesheet"):
        writer.losses.add("STYLE_LOST")
    if not _is_seen(stem):
        unseen = writer.losses.why_empty()
        if unseen is None:
            raise Refused("STEM_MISSING", line=body.line)
        raise Refused(unseen.code, line=unseen.line, **unseen.params)
    return stem


def _is_seen(markup: str) -> bool:
    return any(held in markup for held in _HELD) or bool(plain_text(markup))


def _as_block(markup: str) -> str:
    return markup if "<p>" in markup or "<table>" in markup or not markup.strip() else f"<p>{markup}</p>"


def _most_of(outcomes: Mapping[str, Declared]) -> Fraction | None:
    """MAXSCORE, or the declared maximum of the score; above 0."""
    named = outcomes.get("MAXSCORE")
    if named is not None and named.start is not None and named.start.number:
        return named.start.number if named.start.number > 0 else None
    score = next((one for name, one in outcomes.items() if name.upper().startswith("SCORE")), None)
    return score.most if score is not None and score.most is not None and score.most > 0 else None


def _scored_text(
    root: Node, node: Node, posed: Posed, declared: Variables, beside: Beside
) -> tuple[Posed, Key, Fraction] | None:
    """A text of several words that the file itself compares with texts: a short text; None of another.

    The converters of QTI 1 write every typed text as an extended one. A model answer alone compares nothing.
    """
    rules = root.first("responseProcessing")
    if node.name != "extendedTextInteraction" or rules is None or node.get("expectedLines", "1") != "1":
        return None
    parts = [one for one in rules.walk() if one.name in {"stringMatch", "correct"}]
    if {one.name for one in parts} != {"stringMatch"}:
        return None
    short, tried = replace(posed, asked=Asked(Interaction.SHORT_TEXT)), Losses()
    try:
        marked = derive_key(
            short,
            read_program(root, (declared[0], {**constants_of(root), **declared[1]})),
            tried,
            beside.budget,
        )
    except Refused:
        return None
    for said in tried.all():
        beside.losses.add(said.code, line=said.line, **said.params)
    return short, marked.key, marked.best


def _is_compared(rules: Node, variable: str) -> bool:
    """Whether a rule looks at what was typed, and not only whether it was."""
    return any(
        node.name not in _LOOKS_AWAY
        and any(
            one.name in {"variable", "mapResponse"} and one.get("identifier") == variable
            for one in node.children
        )
        and not any(one.name == "correct" for one in node.children)
        for node in rules.walk()
    )


def _note_rated(root: Node, posed: Posed, outcomes: Mapping[str, Declared], losses: Losses) -> None:
    """What people mark is not marked by rules; a lowest mark above nothing is not kept."""
    score = outcomes.get("SCORE")
    if score is not None and score.least:
        losses.add("LEAST_SCORE_LOST", least=float(score.least))
    declared = response_variables(root).get(posed.variable)
    rules = root.first("responseProcessing")
    if posed.asked.kind.form is not Form.TEXT or rules is None or declared is None:
        return
    if declared.mapping is not None or declared.key is not None or _is_compared(rules, posed.variable):
        losses.add("MACHINE_SCORING_LOST", line=rules.line)
