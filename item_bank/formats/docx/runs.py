"""A paragraph of a Word document as text with looks and objects; what of it cannot be kept is noted."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from item_bank.errors import InvalidMedia
from item_bank.formats.docx.drawings import BLIP, BOX, VML, alternative, is_seen, within, words_of
from item_bank.formats.docx.omml import as_text, to_latex
from item_bank.formats.docx.package import M, Package, R, W, tag_of
from item_bank.formats.docx.rich import OBJECT, PLAIN, Look, Rich, Span
from item_bank.formats.docx.styles import ParagraphStyle, Run, Styles, read_run, value_of
from item_bank.media import read_picture, reference
from item_bank.stem import nfc, plain_line, strip_invisible

_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_OFFICE: Final = "{urn:schemas-microsoft-com:office:office}"
# what only holds runs; a deletion is not among them
_HOLDERS: Final = frozenset(
    W + name
    for name in [
        "ins",
        "moveTo",
        "smartTag",
        "customXml",
        "sdtContent",
        "fldSimple",
        "hyperlink",
        "bdo",
        "dir",
        "sdt",
    ]
)
_SIGNS: Final = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# Symbol's own places for what Unicode has elsewhere
_SYMBOL: Final = {
    0xA3: "≤", 0xB3: "≥", 0xB9: "≠", 0xB4: "×", 0xB8: "÷", 0xB1: "±", 0xA5: "∞", 0xAE: "→", 0xDE: "⇒",
    0xDB: "⇔", 0x61: "α", 0x62: "β", 0x67: "γ", 0x64: "δ", 0x44: "Δ", 0x70: "π", 0x6D: "μ", 0x71: "θ",
    0x6C: "λ", 0x73: "σ", 0x53: "Σ", 0x77: "ω", 0x57: "Ω", 0xB0: "°", 0xBB: "≈", 0xCE: "∈", 0xD6: "√",
    0xB7: "•", 0x2D: "−",
}  # fmt: skip
_FOOTNOTES: Final = frozenset({f"{W}footnoteReference", f"{W}endnoteReference"})
MAX_DEPTH: Final = 60  # elements in elements within a paragraph
Note = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Sources:
    """What runs refer to; `found` are the pictures of the document by the SHA-256 of their content."""

    package: Package
    styles: Styles
    targets: dict[str, tuple[str, str]]
    found: dict[str, bytes] = field(default_factory=dict)
    _known: dict[str, str | InvalidMedia] = field(default_factory=dict)

    def picture(self, relation: str) -> str:
        """The SHA-256 of a picture; raises InvalidMedia where it is none."""
        _kind, part = self.targets.get(relation, ("", ""))
        if part not in self._known:
            self._known[part] = self._read(part)
        known = self._known[part]
        if isinstance(known, InvalidMedia):
            raise known
        return known

    def _read(self, part: str) -> str | InvalidMedia:
        data = self.package.picture(part) if part else None
        if data is None:
            return InvalidMedia("FILE_MISSING")
        try:
            read_picture(data)
        except InvalidMedia as refusal:
            return refusal
        sha256 = hashlib.sha256(data).hexdigest()
        self.found[sha256] = data
        return sha256


@dataclass(slots=True)
class Runs:
    """Reads one paragraph; `boxes` are the text boxes that hang in it, to be read behind it."""

    sources: Sources
    style: ParagraphStyle
    spans: list[Span] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    _codes: int = 0  # fields whose instructions are being read
    _hidden: bool = False
    _look: Look = PLAIN
    _waiting: list[str] = field(default_factory=list)

    def read(self, paragraph: etree._Element) -> Rich:
        self._inside(paragraph, 0)
        self._flush()
        return Rich(tuple(self.spans))

    def _inside(self, element: etree._Element, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._note("TEXT_LOST", text=as_text(element)[:80])
            return
        for child in element:
            self._child(child, depth)

    def _child(self, child: etree._Element, depth: int) -> None:
        name = tag_of(child)
        if name == f"{W}r":
            self._run(child, depth)
        elif name in _HOLDERS:
            self._inside(child, depth + 1)
        elif name == f"{M}oMath":
            self._formula(child, display=False)
        elif name == f"{M}oMathPara":
            for math in child.iter(f"{M}oMath"):
                self._formula(math, display=True)
        elif name == f"{_MC}AlternateContent":
            for one in alternative(child):
                self._child(one, depth + 1)

    def _run(self, run: etree._Element, depth: int) -> None:
        properties = run.find(f"{W}rPr")
        looks = self.style.run
        if properties is not None:
            looks = self.sources.styles.character(value_of(properties.find(f"{W}rStyle")), looks)
            looks = read_run(properties, looks)
        for child in run:
            self._piece(child, looks, depth)

    def _piece(self, child: etree._Element, looks: Run, depth: int) -> None:
        name = tag_of(child)
        if name == f"{W}fldChar":
            self._field(value_of(child, "fldCharType"))
        elif name == f"{W}instrText":
            self._code(child.text or "")
        elif self._codes == 0 and (text := _text_of(child, name)) is not None:
            self._text(text, looks)
        elif self._codes == 0 and name == f"{W}sym":
            self._symbol(child, looks)
        elif self._codes == 0:
            self._object(child, looks, depth)

    def _code(self, text: str) -> None:
        """Equations were once written as the instructions of a field."""
        if text.strip().upper().startswith("EQ "):
            self._note("FORMULA_LOST", kind="EQ")

    def _object(self, child: etree._Element, looks: Run, depth: int) -> None:
        name = tag_of(child)
        if name in _FOOTNOTES:
            self._note("FOOTNOTE_LOST")
        elif name == f"{_MC}AlternateContent":
            for one in alternative(child):
                self._piece(one, looks, depth)
        elif name in {f"{W}drawing", f"{W}pict", f"{W}object"}:
            self._drawing(child)

    def _field(self, kind: str) -> None:
        """Between its beginning and its separator a field has instructions, not text."""
        if kind == "begin":
            self._codes += 1
        elif kind in {"separate", "end"} and self._codes:
            self._codes -= 1

    def _text(self, text: str, looks: Run) -> None:
        text = nfc(strip_invisible(text)).replace(OBJECT, "")
        if not text:
            return
        if looks.hidden:
            if text.strip() and not self._hidden:
                self._note("HIDDEN_TEXT_LOST")
                self._hidden = True
            return
        if looks.struck and text.strip():
            self._note("STRIKE_LOST", text=text.strip()[:80])
        if self._waiting and self._look is not looks.look:
            self._flush()
        self._look = looks.look
        self._waiting.append(text)

    def _flush(self) -> None:
        """What was read of one look as one span: a letter and its mark may lie in two runs."""
        if self._waiting:
            self.spans.append(Span(nfc("".join(self._waiting)), self._look))
            self._waiting.clear()

    def _show(self, markup: str) -> None:
        self._flush()
        self.spans.append(Span(OBJECT, PLAIN, markup))

    def _symbol(self, element: etree._Element, looks: Run) -> None:
        code, font = value_of(element, "char"), value_of(element, "font")
        try:
            number = int(code[:6], 16) & 0xFF
        except ValueError:
            number = 0
        sign = _SYMBOL.get(number) if font == "Symbol" else None
        if sign is None:
            self._note("SYMBOL_LOST", font=font[:40], sign=code[:6])
        self._text(sign or "?", looks)

    def _formula(self, math: etree._Element, *, display: bool) -> None:
        text = as_text(math)
        if not text:
            return
        latex = to_latex(math, display=display)
        if latex is not None:
            self._show(html.escape(latex, quote=False))
            return
        self._note("FORMULA_AS_TEXT", text=text[:80])
        self._text(text, self.style.run)

    def _drawing(self, element: etree._Element) -> None:
        """Its pictures where it stands; its text boxes behind the paragraph."""
        boxes = [one for one in element.iter(BOX) if not within(one, BOX, element)]
        self.boxes.extend(boxes)
        mathtype = self._embedded(element)
        shown = [*element.iter(BLIP), *element.iter(f"{VML}imagedata")]
        shown = [one for one in shown if not within(one, BOX, element)]
        for one in shown:
            relation = one.get(f"{R}embed") or one.get(f"{R}id") or one.get(f"{R}link") or ""
            self._picture(element, relation, mathtype=mathtype)
        if not shown and not boxes and is_seen(element):
            self._note("DRAWING_LOST")

    def _embedded(self, element: etree._Element) -> bool:
        """Whether an equation of MathType is embedded; another program's object is noted."""
        embedded = element.find(f".//{_OFFICE}OLEObject")
        if embedded is None:
            return False
        program = embedded.get("ProgID", "")
        if program.startswith("Equation"):
            return True
        self._note("OBJECT_LOST", program=plain_line(program)[:40])
        return False

    def _picture(self, element: etree._Element, relation: str, *, mathtype: bool) -> None:
        words, name = words_of(element)
        try:
            sha256 = self.sources.picture(relation)
        except InvalidMedia as refusal:
            if mathtype:
                self._note("FORMULA_LOST", kind="MathType")
            else:
                file = self.sources.targets.get(relation, ("", ""))[1].rpartition("/")[2]
                self._note("PICTURE_LOST", name=file[:100], reason=refusal.code)
            if words:
                self._text(f" {words} ", self.style.run)
            return
        if mathtype:
            self._note("FORMULA_AS_PICTURE", kind="MathType")
        if not words:
            words = name or "?"
            self._note("PICTURE_WITHOUT_WORDS", name=words[:100])
        self._show(reference(sha256, html.escape(words, quote=False)))

    def _note(self, code: str, **params: Any) -> None:
        note = (code, params)
        if note not in self.notes and len(self.notes) < 60:
            self.notes.append(note)


def _text_of(element: etree._Element, name: str) -> str | None:
    """What a piece of a run says in signs; None where it is another thing."""
    if name == f"{W}t":
        return " ".join((element.text or "").split("\n"))
    if name == f"{W}br":
        return "\n" if value_of(element, "type") in {"", "textWrapping"} else " "
    return _SIGNS.get(name)
