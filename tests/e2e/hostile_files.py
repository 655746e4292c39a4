"""Files of every format whose every field holds markup that wants to run, to fetch or to deceive.

They are made as an attacker makes them: a harmless file is written with a token in each field, and the tokens
are then replaced in its bytes, so that no writer of ours has cleaned what our readers are to withstand.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from lxml import etree

from item_bank.formats.catalog import FORMATS, FileFormat
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Criterion
from item_bank.media import reference
from item_bank.pool import Pool
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from tests.every_interaction import EXAMPLES
from tests.unit.item_bank.pictures import png

FOREIGN: Final = "evil.invalid"  # no page of ours may ask this host for anything
SUM: Final = "1787569"  # what a template that counts makes of 1337 × 1337
_RUN: Final = "window.__ran=1"
PAYLOADS: Final = (
    # scripts
    f"<script>{_RUN}</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f'<script src="//{FOREIGN}/x.js"></script>',
    f"</textarea><script>{_RUN}</script>",
    f"</title></style><script>{_RUN}</script>",
    f"<script type=module>{_RUN}</script>",
    # handlers that fire without anybody's doing
    f'<img src="x" onerror="{_RUN}"/>',
    f'<img src="x"\x0conerror="{_RUN}"/>',
    f'<IMG SRC="x" oNeRrOr="{_RUN}">',
    f'<details open="" ontoggle="{_RUN}"><summary>x</summary></details>',
    f'<input autofocus="" onfocus="{_RUN}"/>',
    f'<video><source onerror="{_RUN}" src="x"/></video>',
    f'<p style="animation-name:spin" onanimationstart="{_RUN}">x</p>',
    f'<b onpointerenter="{_RUN}" onmouseover="{_RUN}">x</b>',
    # other namespaces
    f'<svg onload="{_RUN}"></svg>',
    f'<svg><animate onbegin="{_RUN}" attributeName="x" dur="1s"/></svg>',
    f'<svg><a href="javascript:{_RUN}"><text x="9" y="9">x</text></a></svg>',
    f'<svg><use href="data:image/svg+xml,&lt;svg onload={_RUN}&gt;"/></svg>',
    f'<math href="javascript:{_RUN}"><mi>x</mi></math>',
    # addresses
    f'<a href="javascript:{_RUN}">x</a>',
    f'<a href="jav&#x09;ascript:{_RUN}">x</a>',
    f'<a href="data:text/html,<script>{_RUN}</script>">x</a>',
    f'<form action="javascript:{_RUN}"><button>x</button></form>',
    f'<iframe src="javascript:{_RUN}"></iframe>',
    f"<iframe srcdoc=\"<script>parent.{_RUN.removeprefix('window.')}</script>\"></iframe>",
    f'<object data="//{FOREIGN}/x.swf"></object>',
    f'<base href="//{FOREIGN}/"/>',
    f'<meta http-equiv="refresh" content="0;url=//{FOREIGN}/"/>',
    f'<link rel="stylesheet" href="//{FOREIGN}/x.css"/>',
    f'<img src="//{FOREIGN}/beacon.png" alt="x"/>',
    f'<img srcset="//{FOREIGN}/beacon2.png 1x" alt="x"/>',
    # attributes that break out
    f'"><img src=x onerror={_RUN}>',
    f"' autofocus onfocus={_RUN} x='",
    f'x" onmouseover="{_RUN}" y="',
    f"`><img src=x onerror={_RUN}>",
    # what becomes another tree when it is read twice
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={_RUN}&gt;">',
    f'<noscript><p title="</noscript><img src=x onerror={_RUN}>"></noscript>',
    f"<svg></p><style><a id=\"</style><img src=x onerror={_RUN}>\">",
    f'<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={_RUN}>',
    f"&lt;img src=x onerror={_RUN}&gt;",
    f"&amp;lt;script&amp;gt;{_RUN}&amp;lt;/script&amp;gt;",
    f"<xmp><img alt=\"</xmp><img src=x onerror={_RUN}>\"></xmp>",
    # templates
    "{{ 1337 * 1337 }}",
    "{% for x in [1337 * 1337] %}{{ x }}{% endfor %}",
    "${1337*1337} #{1337*1337} <%= 1337*1337 %>",
    "%(password)s %s {0.__class__}",
    # styles
    f"<style>@import '//{FOREIGN}/x.css'; body {{ display: none }}</style>",
    f'<div style="background:url(//{FOREIGN}/bg.png);position:fixed;inset:0">x</div>',
    # formulas, in both languages that they are written in
    f"\\(\\href{{javascript:{_RUN}}}{{x}}\\)",
    f"\\(\\text{{<img src=x onerror={_RUN}>}}\\)",
    f"=HYPERLINK(\"//{FOREIGN}/\",\"x\")",
)  # fmt: skip

TOKEN: Final = re.compile(r"ZQ(\d{4})Z")
HOSTILE_FORMATS: Final = (
    FileFormat.GIFT,
    FileFormat.MOODLE_XML,
    FileFormat.QTI_30,
    FileFormat.XLSX,
    FileFormat.DOCX,
)
FILE_NAME: Final = f'"><img src=x onerror={_RUN}>{{{{1337*1337}}}}'
CODE_PREFIX: Final = f'"><svg onload={_RUN}>'[:30]
_PICTURE: Final = png(600, 400)
_SHA256: Final = hashlib.sha256(_PICTURE).hexdigest()
_AREAS: Final = (Area("rect", (20, 20, 300, 200)), Area("circle", (480, 300, 90)))


class _Tokens:
    """A new token for each field; the words before it stay even where a payload swallows what follows."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self, words: str = "") -> str:
        self._next += 1
        return f"{words} ZQ{self._next:04}Z".strip()


def tokened_items(series: str, pool: Pool) -> list[ForeignItem]:
    """An item of each interaction with a token in every field; `series` begins their codes."""
    token = _Tokens()
    return [_item(kind, number, series, pool, token) for number, kind in enumerate(EXAMPLES, 1)]


def _item(kind: Interaction, number: int, series: str, pool: Pool, token: _Tokens) -> ForeignItem:
    asked, key, stem = _asked(kind, token), EXAMPLES[kind].key, EXAMPLES[kind].stem
    stem = f"{number}. {stem} {token()}".replace("{picture}", reference(_SHA256, token("hai mặt")))
    if kind is Interaction.HOTTEXT:  # what is marked stands in the wording itself
        for place in asked.places:
            stem = re.sub(rf"\[\[{place.id}:[^]]*\]\]", f"[[{place.id}:{place.content}]]", stem)
    if kind is Interaction.SHORT_TEXT:
        key = replace(key, accepted=(token("VNACCS"),))
    if key.rubric:
        key = replace(key, rubric=tuple(Criterion(token(one.description), one.points) for one in key.rubric))
    in_stem = kind in {Interaction.INLINE_CHOICE, Interaction.GAP_MATCH, Interaction.HOTTEXT}
    english = Translation(
        token("In English") if not in_stem else token(f"{number}. {EXAMPLES[kind].stem}"),
        {one.id: token(f"option {one.id}") for one in asked.options},
        {one.id: token(f"place {one.id}") for one in asked.places if one.content},
        token("because"),
    )
    return ForeignItem(
        where=f"{series}-{number:02}",
        stem=stem,
        asked=asked,
        key=key,
        rationale=token("Vì luật nói vậy."),
        category=(token("Chuyên đề"),),
        tags=(token("nhãn"),),
        language="vi",
        facts=BankFacts(
            code=f"{series}-{number:02}",
            topic="T01",
            cognitive_level=CognitiveLevel.APPLY,
            legal_basis=token("Luật Hải quan 54/2014/QH13"),
            pool=pool,
        ),
        stimulus=Stimulus(f"{series}-NL", "Công ty A nhập khẩu 120 xe ô tô. ZQ9000Z"),
        english=None if kind is Interaction.HOTTEXT else english,
    )


def _asked(kind: Interaction, token: _Tokens) -> Asked:
    asked = EXAMPLES[kind].asked
    if kind is Interaction.HOTSPOT:
        places = tuple(
            Place(one.id, token(one.content), area) for one, area in zip(asked.places, _AREAS, strict=True)
        )
        return replace(asked, places=places)
    if kind in {Interaction.TRUE_FALSE, Interaction.STATEMENTS}:  # their two words tell formats what they are
        options: tuple[Option, ...] = asked.options
    else:
        options = tuple(replace(one, content=token(f"{one.content} {one.id}")) for one in asked.options)
    places = tuple(replace(one, content=token(one.content)) if one.content else one for one in asked.places)
    return replace(asked, options=options, places=places)


def hostile_file(form: FileFormat, series: str, turn: int, pool: Pool = Pool.OPERATIONAL) -> bytes:
    """A file of this format; `turn` says which payload the first token becomes, the others follow."""
    write = FORMATS[form].write
    assert write is not None
    data, _lost = write(ForeignBank(tuple(tokened_items(series, pool)), {_SHA256: _PICTURE}))
    put = partial(_replaced, form=form, turn=turn)
    return _in_archive(data, put) if data.startswith(b"PK") else put(data)


def _in_archive(data: bytes, put: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for info in source.infolist():
            part = source.read(info)
            out.writestr(info.filename, put(part) if info.filename.endswith(".xml") else part)
    return target.getvalue()


def _replaced(part: bytes, form: FileFormat, turn: int) -> bytes:
    def payload(found: re.Match[str]) -> str:
        said = PAYLOADS[(int(found.group(1)) + turn) % len(PAYLOADS)]
        return _spelled(said, form, as_tags=int(found.group(1)) % 2 == 0)

    return TOKEN.sub(payload, part.decode("utf-8")).encode("utf-8")


def _spelled(payload: str, form: FileFormat, *, as_tags: bool) -> str:
    """As this format would carry it to a reader who unescapes what it escapes."""
    if form is FileFormat.GIFT:
        return re.sub(r"([\\#=~{}:])", r"\\\1", payload)
    printable = payload.replace("\x0c", "&#10;" if _is_xml(payload.replace("\x0c", " ")) else " ")
    if form is FileFormat.QTI_30 and as_tags and _is_xml(printable):
        return printable  # elements of another vocabulary between those of QTI
    return html.escape(payload.replace("\x0c", "\n"), quote=True)


def _is_xml(text: str) -> bool:
    try:
        etree.fromstring(f"<x>{text}</x>")
    except etree.XMLSyntaxError:
        return False
    return "<" in text


def spread(series: str, pool: Pool = Pool.OPERATIONAL) -> Iterator[tuple[FileFormat, str, bytes]]:
    """A file of each format with its series of codes, each beginning with other payloads."""
    step = len(PAYLOADS) // len(HOSTILE_FORMATS)
    for place, form in enumerate(HOSTILE_FORMATS):
        own = f"{series}{place}"
        yield form, own, hostile_file(form, own, place * step, pool)
