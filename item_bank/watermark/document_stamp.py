"""What a Word document says for everybody to read: on each of its pages, and in its properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from item_bank.watermark.stamp import Stamp

DOCUMENT: Final = "word/document.xml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CORE_TYPE: Final = "application/vnd.openxmlformats-package.core-properties+xml"
_CUSTOM_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_PARTS: Final = {  # name → (its content type, what its relationship is called)
    "word/header1.xml": (f"{_WORD_TYPE}.header+xml", f"{_OFFICE}/relationships/header"),
    "word/footer1.xml": (f"{_WORD_TYPE}.footer+xml", f"{_OFFICE}/relationships/footer"),
    "docProps/core.xml": (_CORE_TYPE, f"{_PACKAGE}/relationships/metadata/core-properties"),
    "docProps/custom.xml": (_CUSTOM_TYPE, f"{_OFFICE}/relationships/custom-properties"),
}
PROPERTY: Final = "Bản xuất"
_SECTION: Final = re.compile(rb"<w:sectPr[^>]*>")


def stamped_parts(parts: Mapping[str, bytes], stamp: Stamp) -> dict[str, bytes]:
    """The parts of a document of our own writer with the stamp's among them."""
    told = {
        "word/header1.xml": _page_part("hdr", _text(stamp.sentence)),
        "word/footer1.xml": _page_part("ftr", f"{_text(f'{stamp.name} · ')}{_field('PAGE')}{_text('/')}"
                                              f"{_field('NUMPAGES')}"),
        "docProps/core.xml": _core(stamp),
        "docProps/custom.xml": _custom(stamp),
    }  # fmt: skip
    written = dict(parts) | {name: (_HEAD + text).encode() for name, text in told.items()}
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _relation) in _PARTS.items()
    )
    written["[Content_Types].xml"] = _within(parts["[Content_Types].xml"], "Types", types)
    for of, folder, base in (
        ("_rels/.rels", "docProps/", ""),
        ("word/_rels/document.xml.rels", "word/", "word/"),
    ):
        relations = "".join(
            f'<Relationship Id="{_identifier(name)}" Type="{relation}" Target="{name.removeprefix(base)}"/>'
            for name, (_kind, relation) in _PARTS.items()
            if name.startswith(folder)
        )
        written[of] = _within(parts[of], "Relationships", relations)
    written[DOCUMENT] = _referred(parts[DOCUMENT])
    return written


def _within(part: bytes, root: str, more: str) -> bytes:
    return part.replace(f"</{root}>".encode(), f"{more}</{root}>".encode())


def _identifier(name: str) -> str:
    return "x" + name.rpartition("/")[2].removesuffix(".xml")


def _referred(document: bytes) -> bytes:
    """Each page of the only section shows both."""
    references = "".join(
        f'<w:{kind}Reference w:type="default" r:id="{_identifier(f"word/{kind}1.xml")}"/>'
        for kind in ("header", "footer")
    ).encode()
    return _SECTION.sub(lambda found: found[0] + references, document)


def _page_part(tag: str, runs: str) -> str:
    return (
        f'<w:{tag} xmlns:w="{_W}"><w:p><w:pPr><w:spacing w:before="0" w:after="0"/><w:jc w:val="center"/>'
        f"</w:pPr>{runs}</w:p></w:{tag}>"
    )


def _text(text: str) -> str:
    return _run(f'<w:t xml:space="preserve">{escape(text, quote=False)}</w:t>')


def _field(code: str) -> str:
    return f'<w:fldSimple w:instr=" {code} ">{_run("<w:t>1</w:t>")}</w:fldSimple>'


def _run(inside: str) -> str:
    return f'<w:r><w:rPr><w:sz w:val="16"/></w:rPr>{inside}</w:r>'


def _core(stamp: Stamp) -> str:
    told = escape(stamp.sentence, quote=False)
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{stamp.name}</dc:title><dc:creator>examsvc</dc:creator>"
        f"<cp:keywords>{stamp.name}</cp:keywords><dc:description>{told}</dc:description></cp:coreProperties>"
    )


def _custom(stamp: Stamp) -> str:
    """A property of its own, which programs keep that write the others anew."""
    return (
        f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{PROPERTY}">'
        f"<vt:lpwstr>{escape(stamp.sentence, quote=False)}</vt:lpwstr></property></Properties>"
    )
