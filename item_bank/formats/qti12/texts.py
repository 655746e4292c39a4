"""The wordings of QTI 1.2: HTML kept as text within XML, with pictures of the package."""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from item_bank.errors import InvalidMedia
from item_bank.formats.draft import Draft
from item_bank.formats.moodle_text import Files, Format, Pictures, embedded, read_text
from item_bank.formats.qti.archive import Archive
from item_bank.formats.qti.xml import Node
from item_bank.stem import sanitise

_BASE: Final = re.compile(r"^(?:\$|%24)IMS-CC-FILEBASE(?:\$|%24)/?", re.IGNORECASE)
_FOLDERS: Final = ("", "web_resources")  # what Canvas means by its base in a quiz, and in a whole course
_EQUATION: Final = re.compile(r"<img\b[^<>]*\bclass=[\"'][^\"'<>]*\bequation_image\b[^<>]*>", re.IGNORECASE)
_FORMULA: Final = re.compile(
    r"\bdata-equation-content=(?:\"([^\"<>]*)\"|'([^'<>]*)')|\btitle=(?:\"([^\"<>]*)\"|'([^'<>]*)')"
)
_ANSWERS: Final = ("response_", "render_")


@dataclass(slots=True)
class PackageFiles(Files):
    """The files of a package as a text in `folder` names them; None: a file that came alone."""

    archive: Archive | None = None
    folder: str = ""

    def name_of(self, source: str) -> str:
        if source.lower().startswith("data:"):
            return ""
        return posixpath.basename(unquote(source.partition("?")[0]))[:100]

    def content(self, source: str) -> bytes:
        if self.archive is None or source.lower().startswith("data:"):
            return embedded(source)
        based = _BASE.match(source)
        folders = _FOLDERS if based else (self.folder, *_FOLDERS)
        rest = source[based.end() :] if based else source
        for folder in folders:
            path = self.archive.find(rest, folder)
            if path is not None:
                return self.archive.read(path)
        raise InvalidMedia("PICTURE_ELSEWHERE" if "://" in rest or rest.startswith("/") else "FILE_MISSING")


@dataclass(slots=True)
class Texts:
    """Reads the wordings of one file."""

    archive: Archive | None = None
    folder: str = ""
    pictures: Pictures = field(default_factory=Pictures)

    def of(self, node: Node | None, draft: Draft) -> str:
        """Sanitised HTML of all material within, apart from what is to be chosen or typed."""
        if node is None:
            return ""
        pieces = [self._material(one, draft) for one in _materials(node)]
        return sanitise(" ".join(piece for piece in pieces if piece))

    def raw(self, node: Node) -> str:
        """The words of a label as they stand, where typed text is compared with them."""
        return " ".join("".join(one.text for one in _materials(node) if one.name == "mattext").split())

    def _material(self, node: Node, draft: Draft) -> str:
        if node.name == "matimage":
            name = html.escape(node.get("uri"))
            words = html.escape(node.get("label") or node.words())
            return self._read(f'<img src="{name}" alt="{words}">', Format.HTML, draft)
        if node.name != "mattext":
            draft.lose("MEDIA_LOST", tag=node.name, file=node.get("uri"))
            return ""
        if node.children:
            draft.lose("MARKUP_LOST", tags=tuple(sorted({one.name for one in node.children}))[:10])
            return self._read(node.words(), Format.PLAIN, draft)
        plain = node.get("texttype", "text/plain").lower() not in {"text/html", "text/xhtml"}
        return self._read(node.text, Format.PLAIN if plain else Format.HTML, draft)

    def _read(self, text: str, form: Format, draft: Draft) -> str:
        if form is Format.HTML:
            text = _EQUATION.sub(_formula, text)
        return read_text(
            text, form, draft, PackageFiles(self.pictures, archive=self.archive, folder=self.folder)
        )


def _materials(node: Node) -> list[Node]:
    """The texts and media within, in order; what is within a response of its own is not."""
    found: list[Node] = []
    waiting = list(reversed(node.children))
    while waiting:
        one = waiting.pop()
        if one.name.startswith("mat") and one.name not in {"material", "material_ref", "matbreak"}:
            found.append(one)
        elif not one.name.startswith(_ANSWERS):
            waiting.extend(reversed(one.children))
    return found


def _formula(image: re.Match[str]) -> str:
    """Canvas shows a formula as a picture and keeps its LaTeX beside it."""
    said = _FORMULA.search(image.group())
    latex = next((one for one in said.groups() if one), "") if said else ""
    latex = html.escape(html.unescape(unquote(latex)), quote=False)
    return rf"\({latex}\)" if latex else image.group()
