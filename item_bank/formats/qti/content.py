"""The body of an item as the bank's HTML: known tags, pictures, formulas, marks of what stands in it."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from item_bank.formats.losses import Losses
from item_bank.formats.qti.markup import is_page, markup_of
from item_bank.formats.qti.mathml import as_text, to_latex
from item_bank.formats.qti.pictures import Pictures
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.xml import AS_MARKUP, Node, parse
from item_bank.stem import ALLOWED_TAGS, BLOCK_TAGS, sanitise

OWN: Final = "bank-stem"  # the class of a frame that this bank's writer puts around a wording
UNDERLINED: Final = "bank-u"  # of a span: QTI 2 has no element for it
_MOST_FORMULAS: Final = 200  # of one item, that are translated
_HIDDEN: Final = re.compile(
    r"\bdisplay\s*:\s*none\b", re.IGNORECASE
)  # of another language, in Inspera's files
_LOOKS_LIKE_A_MARK: Final = re.compile(r"\[(?=\[[A-Za-z0-9_]{1,16}(?:\]\]|:))")


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_PLAIN: Final = _names(
    "div span section article prompt itemBody stimulusBody contentBody templateBlock templateInline figure",
    "figcaption simpleChoice tfoot colgroup main header footer rubricBlock gapMatchInteraction",
    "hottextInteraction",
)
_INLINE_FRAMES: Final = _names("span prompt a label small big q cite abbr tt")
_HEADINGS: Final = _names("h1 h2 h3 h4 h5 h6")
_SOUNDS: Final = _names("audio video iframe embed object source track canvas svg")
_SILENT: Final = _names("col script style stylesheet")
_NO_TEXT: Final = frozenset({"ul", "ol", "table", "thead", "tbody", "tr"})


@dataclass(slots=True)
class Body:
    """What is needed to write down a body; `marks` says what stands in the text instead of an element."""

    pictures: Pictures
    losses: Losses
    folder: str = ""
    marks: Mapping[int, str] = field(default_factory=dict)
    formulas: dict[int, str | None] = field(default_factory=dict)
    included: bool = False  # what is read was included from another file, and includes nothing more

    def html(self, node: Node) -> str:
        """Sanitised HTML of what is inside the element."""
        return sanitise(self.inside(node))

    def inside(self, node: Node) -> str:
        pieces = [] if node.name in _NO_TEXT and not node.text.strip() else [self._text(node.text)]
        for child in node.children:
            pieces.append(self.outside(child))
            if node.name not in _NO_TEXT or child.tail.strip():
                pieces.append(self._text(child.tail))
        return "".join(pieces)

    def outside(self, node: Node) -> str:
        """Unsanitised HTML of the element itself."""
        if id(node) in self.marks:
            return self.marks[id(node)]
        shown = self._shown(node)
        if shown is not None:
            return shown
        if node.get("style") and _HIDDEN.search(node.get("style")):
            self.losses.add("HIDDEN_TEXT_LOST", line=node.line, text=node.words()[:80])
            return ""
        if node.name in {"feedbackInline", "feedbackBlock"}:
            self.losses.add("FEEDBACK_LOST", line=node.line)
            return ""
        if node.name == "rubricBlock" and "candidate" not in node.get("view", "candidate").split():
            if "scorer" not in node.get("view").split():  # what scorers read goes with the rationale
                self.losses.add("RUBRIC_LOST", line=node.line, view=node.get("view"))
            return ""
        if node.name in _SILENT:
            if node.name in {"script", "style"}:
                self.losses.add("MARKUP_LOST", line=node.line, tag=node.name)
            return ""
        return self._framed(node)

    def _shown(self, node: Node) -> str | None:
        """A formula, a picture, or HTML that stands as text or as a page; None of any other element."""
        if node.name == "math":
            return self._formula(node)
        if node.name == "img":
            return self._picture(node.get("src"), node.get("alt"))
        if node.name == AS_MARKUP:
            self.losses.add("CDATA_AS_MARKUP", line=node.line)
            return self.inside(markup_of(node.text))
        if is_page(node):
            return self._page(node)
        if node.name == "include" and node.get("href"):
            return self._included(node)
        if node.name == "object" and node.get("type").startswith("image/"):
            return self._picture(node.get("data"), node.get("alt") or node.words())
        return None

    def _framed(self, node: Node) -> str:
        if node.name in _SOUNDS:
            self.losses.add("MEDIA_LOST", line=node.line, tag=node.name, file=_source(node))
        inside = self.inside(node)
        if node.name == "span" and UNDERLINED in node.get("class").split():
            return f"<u>{inside}</u>"
        if node.name in ALLOWED_TAGS:
            return self._allowed(node, inside)
        if node.name in _HEADINGS:
            self.losses.add("HEADING_LOST", line=node.line)
            return f"<p><b>{inside}</b></p>"
        if node.name not in _PLAIN and node.name not in _SOUNDS:
            file = {"file": _source(node)} if _source(node) else {}
            self.losses.add("MARKUP_LOST", line=node.line, tag=node.name, **file)
        if node.name in _INLINE_FRAMES or OWN in node.get("class").split() or not inside.strip():
            return inside
        blocks = any(child.name in BLOCK_TAGS | _PLAIN | _HEADINGS for child in node.within(*_BLOCKS))
        return f" {inside} " if blocks else f"<p>{inside}</p>"

    def _allowed(self, node: Node, inside: str) -> str:
        if node.name == "br":
            return "<br>"
        if node.name == "p" and not inside.strip() and node.children:
            return ""  # it only held what is asked elsewhere
        said = "".join(
            f' {name}="{html.escape(node.get(name))}"'
            for name in ("colspan", "rowspan", "scope")
            if node.get(name)
        )
        return f"<{node.name}{said}>{inside}</{node.name}>"

    def _text(self, text: str) -> str:
        broken = _LOOKS_LIKE_A_MARK.sub("[ ", text)
        if broken != text:
            self.losses.add("BRACKETS_CHANGED")
        return html.escape(broken, quote=False)

    def _picture(self, href: str, alt: str) -> str:
        shown = self.pictures.show(href, self.folder, alt, self.losses)
        return html.escape(f"[{alt}]") if shown is None and alt else shown[0] if shown else ""

    def _page(self, node: Node) -> str:
        """A page of HTML that stands beside the item's file, with its pictures."""
        found = self.pictures.page(node.get("data"), self.folder)
        if found is None:
            self.losses.add("MEDIA_LOST", line=node.line, tag=node.name, file=_source(node))
            return ""
        path, content = found
        return Body(self.pictures, self.losses, posixpath.dirname(path)).inside(markup_of(content))

    def _included(self, node: Node) -> str | None:
        """A part that stands in a file of its own (XInclude); None where it is missing or asks something."""
        found = None if self.included else self.pictures.page(node.get("href"), self.folder)
        if found is None:
            return None
        path, content = found
        try:
            root = parse(content)
        except Refused:
            return None
        if any(one.name.endswith("Interaction") for one in root.walk()):
            return None
        return Body(self.pictures, self.losses, posixpath.dirname(path), included=True).outside(root)

    def _formula(self, node: Node) -> str:
        if id(node) not in self.formulas:  # a body is written more than once
            self.formulas[id(node)] = to_latex(node) if len(self.formulas) < _MOST_FORMULAS else None
        latex = self.formulas[id(node)]
        if latex is None:
            self.losses.add("FORMULA_NOT_EXACT", line=node.line, text=as_text(node))
            return html.escape(as_text(node), quote=False)
        return html.escape(latex, quote=False)


_BLOCKS: Final = tuple(BLOCK_TAGS | _PLAIN - _INLINE_FRAMES | _HEADINGS)


def _source(node: Node) -> str:
    return node.get("src") or node.get("data") or node.get("href")
