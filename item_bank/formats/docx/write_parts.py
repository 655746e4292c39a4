"""The parts of a Word document around its body: styles, lists, relationships, pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Final

from item_bank.formats.docx.layout import (
    CAPTION,
    INFO,
    ITEM,
    OPTION,
    PARAGRAPH,
    QUESTION,
    ROW_HEAD,
    STIMULUS,
    STYLES,
    TEXT,
)
from item_bank.media import Picture

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
IDENTIFIERS: Final = {name: f"Examsvc{place}" for place, name in enumerate(STYLES, start=1)}
# a question is not parted from its options at the foot of a page; the bank's own lines are smaller
_TOGETHER: Final = frozenset({QUESTION, STIMULUS, CAPTION})
_SMALL: Final = frozenset({INFO})
_SMALLER: Final = '<w:rPr><w:sz w:val="22"/></w:rPr>'
# left indent and space above, in twentieths of a point
_SPACING: Final = {
    QUESTION: (0, 200), OPTION: (360, 40), INFO: (360, 20), PARAGRAPH: (0, 60), TEXT: (0, 60), ITEM: (0, 20),
    CAPTION: (0, 120), STIMULUS: (0, 240), ROW_HEAD: (0, 0),
}  # fmt: skip


def document(body: str) -> str:
    namespaces = (
        f'xmlns:w="{_W}" xmlns:r="{_OFFICE}" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    )
    page = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
    page += 'w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    return f"{_HEAD}<w:document {namespaces}><w:body>{body}{page}</w:body></w:document>"


def _styles() -> str:
    own = "".join(
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{IDENTIFIERS[name]}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{'<w:keepNext/>' if name in _TOGETHER else ''}<w:keepLines/>"
        f'<w:spacing w:before="{above}"/><w:ind w:left="{left}"/></w:pPr>'
        f"{_SMALLER if name in _SMALL else ''}</w:style>"
        for name, (left, above) in _SPACING.items()
    )
    return (
        f'{_HEAD}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
        '<w:sz w:val="26"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr>'
        "</w:style>"
        '<w:style w:type="character" w:styleId="Emphasis"><w:name w:val="Emphasis"/><w:rPr><w:i/></w:rPr>'
        f"</w:style>{own}</w:styles>"
    )


def _numbering(ordered_lists: int) -> str:
    """List 1 has bullets; each numbered list begins anew."""

    def abstract(number: int, form: str, text: str) -> str:
        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text.format(level + 1)}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{720 + 360 * level}" w:hanging="360"/></w:pPr></w:lvl>'
            for level in range(9)
        )
        return f'<w:abstractNum w:abstractNumId="{number}">{levels}</w:abstractNum>'

    overrides = "".join(
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>' for level in range(9)
    )
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="2"/>{overrides}</w:num>'
        for number in range(2, ordered_lists + 2)
    )
    bullets = '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    return (
        f'{_HEAD}<w:numbering xmlns:w="{_W}">{abstract(1, "bullet", "•")}{abstract(2, "decimal", "%{}.")}'
        f"{bullets}{nums}</w:numbering>"
    )


def packed(body: str, pictures: Mapping[str, Picture], ordered_lists: int) -> bytes:
    """The document's file, the same bytes for the same content."""
    files = {
        f"media/{sha256}.{picture.mime.removeprefix('image/')}": picture.content
        for sha256, picture in pictures.items()
    }
    relations = [("styles", "styles.xml", "s1"), ("numbering", "numbering.xml", "n1")]
    relations += [("image", name, f"p{place}") for place, name in enumerate(files, start=1)]
    parts = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations([("officeDocument", "word/document.xml", "d1")]),
        "word/document.xml": document(body),
        "word/_rels/document.xml.rels": _relations(relations),
        "word/styles.xml": _styles(),
        "word/numbering.xml": _numbering(ordered_lists),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(_entry(name), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
        for name, content in files.items():
            archive.writestr(_entry(f"word/{name}"), content, zipfile.ZIP_STORED)
    return target.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def _relations(relations: list[tuple[str, str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{identifier}" Type="{_OFFICE}/{kind}" Target="{escape(target)}"/>'
        for kind, target, identifier in relations
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _types() -> str:
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    defaults |= {kind: f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp")}
    parts = {"document": "document.main", "styles": "styles", "numbering": "numbering"}
    inside = "".join(
        f'<Default Extension="{extension}" ContentType="{kind}"/>' for extension, kind in defaults.items()
    ) + "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_MAIN}.{kind}+xml"/>'
        for name, kind in parts.items()
    )
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{inside}</Types>'
