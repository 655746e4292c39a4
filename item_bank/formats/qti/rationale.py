"""What is said after an item: feedback, model answers and what scorers are to look for."""

from __future__ import annotations

from item_bank.formats.qti.beside import is_rubric
from item_bank.formats.qti.content import OWN, Body
from item_bank.formats.qti.declarations import response_variables
from item_bank.formats.qti.xml import Node
from item_bank.stem import sanitise


def rationale_of(root: Node, body: Body, *, rated: bool) -> str:
    """The rationale: modal feedback, and of what people mark the rubric for scorers and the model answer.

    Feedback that depends on the response is kept, but no longer depends on it: that is remarked.
    """
    pieces = [_framed(body, node) for node in _scorers(root)] if rated else []
    if not rated and _scorers(root):
        body.losses.add("RUBRIC_LOST", line=_scorers(root)[0].line, view="scorer")
    if rated:
        pieces.extend(f"<p>{body.inside(Node('span', {}, text))}</p>" for text in _model_answers(root))
    feedback = root.all("modalFeedback")
    if len(feedback) > 1 or any(_depends(node, root) for node in feedback):
        body.losses.add("FEEDBACK_CONDITIONS_LOST", line=feedback[0].line, count=len(feedback))
    pieces.extend(_framed(body, node) for node in feedback)
    pieces = [piece for piece in pieces if piece.strip()]
    if len(pieces) > 1:
        pieces = [piece if "<p>" in piece else f"<p>{piece}</p>" for piece in pieces]
    return sanitise("".join(pieces))


def _scorers(root: Node) -> list[Node]:
    return [
        node
        for node in root.within("rubricBlock")
        if "scorer" in node.get("view").split()
        and "candidate" not in node.get("view").split()
        and not is_rubric(node)
    ]


def _framed(body: Body, node: Node) -> str:
    own = OWN in node.get("class").split()
    if node.get("title") and not own:
        return f"<p><b>{body.inside(Node('b', {}, node.get('title')))}</b></p>{body.inside(node)}"
    return body.inside(node)


def _depends(node: Node, root: Node) -> bool:
    """Whether it is shown for some responses only: not where nothing sets the outcome that would hide it."""
    if node.get("showHide", "show") == "show":
        return True
    processing = root.first("responseProcessing")
    setters = [] if processing is None else processing.within("setOutcomeValue")
    return any(one.get("identifier") == node.get("outcomeIdentifier") for one in setters)


def _model_answers(root: Node) -> list[str]:
    """Correct responses of texts, and the outcome in which some tools keep a model answer."""
    found = [
        atom
        for one in response_variables(root).values()
        if one.key is not None and one.base == "string"
        for atom in one.key.atoms
    ]
    for node in root.all("outcomeDeclaration"):
        start = node.first("defaultValue")
        if node.get("identifier") == "MODEL_ANSWER" and start is not None:
            found.append(start.words())
    return [text for text in found if isinstance(text, str) and text]
