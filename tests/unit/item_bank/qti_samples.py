"""QTI files written by hand for the tests, in the shapes that real exports have."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from item_bank.formats.foreign import Fate, ForeignItem
from item_bank.formats.qti.read import read_item

V21 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
V30 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
CHOICES = "".join(f'<simpleChoice identifier="{id_}">Phương án {id_}</simpleChoice>' for id_ in "ABCD")


def template(name: str) -> str:
    return f'<responseProcessing template="{TEMPLATES}{name}"/>'


MATCH_CORRECT = template("match_correct")
MAP_RESPONSE = template("map_response")


def response(
    base: str = "identifier",
    cardinality: str = "single",
    *correct: str,
    mapping: str = "",
    name: str = "RESPONSE",
) -> str:
    values = "".join(f"<value>{value}</value>" for value in correct)
    key = f"<correctResponse>{values}</correctResponse>" if correct else ""
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        f"{key}{mapping}</responseDeclaration>"
    )


def mapped(entries: Mapping[str, float], **bounds: float) -> str:
    said = "".join(f' {name}="{value}"' for name, value in bounds.items())
    inside = "".join(f'<mapEntry mapKey="{key}" mappedValue="{worth}"/>' for key, worth in entries.items())
    return f"<mapping{said}>{inside}</mapping>"


def item(
    body: str,
    declared: str,
    rules: str = MATCH_CORRECT,
    *,
    outcomes: str = SCORE,
    behind: str = "",
    **said: str,
) -> bytes:
    named = {"identifier": "i1", "title": "Câu 1", "adaptive": "false", "timeDependent": "false"} | said
    attributes = "".join(f' {name}="{value}"' for name, value in named.items())
    return (
        f'<assessmentItem xmlns="{V21}"{attributes}>{declared}{outcomes}'
        f"<itemBody>{body}</itemBody>{rules}{behind}</assessmentItem>"
    ).encode()


def choice(*, most: int = 1, choices: str = CHOICES, prompt: str = "<prompt>Hỏi gì?</prompt>") -> str:
    said = f'responseIdentifier="RESPONSE" shuffle="true" maxChoices="{most}"'
    return f"<choiceInteraction {said}>{prompt}{choices}</choiceInteraction>"


def single(**said: str) -> bytes:
    """A plain single choice whose key is B."""
    return item(choice(), response("identifier", "single", "B"), **said)


def when(condition: str, *rules: str, otherwise: str = "") -> str:
    other = f"<responseElse>{otherwise}</responseElse>" if otherwise else ""
    inside = "".join(rules)
    return f"<responseCondition><responseIf>{condition}{inside}</responseIf>{other}</responseCondition>"


def sets(worth: float | str, name: str = "SCORE") -> str:
    value = worth if isinstance(worth, str) else f'<baseValue baseType="float">{worth}</baseValue>'
    return f'<setOutcomeValue identifier="{name}">{value}</setOutcomeValue>'


def variable(name: str = "RESPONSE") -> str:
    return f'<variable identifier="{name}"/>'


def literal(text: str, base: str = "identifier") -> str:
    return f'<baseValue baseType="{base}">{text}</baseValue>'


IS_CORRECT = '<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>'


def processing(*rules: str) -> str:
    return f"<responseProcessing>{''.join(rules)}</responseProcessing>"


def zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


def manifest(*resources: str) -> bytes:
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><metadata><schema>QTIv2.1 Package</schema>'
        f"</metadata><organizations/><resources>{''.join(resources)}</resources></manifest>"
    ).encode()


def resource(href: str, kind: str = "imsqti_item_xmlv2p1", metadata: str = "") -> str:
    said = f"<metadata>{metadata}</metadata>" if metadata else ""
    return (
        f'<resource identifier="r-{href}" type="{kind}" href="{href}">{said}<file href="{href}"/></resource>'
    )


def codes(read: ForeignItem) -> list[str]:
    """What was lost."""
    return [remark.code for remark in read.lost]


def refusal(xml: bytes) -> str:
    """Why the item is refused, as it must be."""
    read = read_item(xml)
    assert read.fate is Fate.REFUSED, read
    assert read.refused is not None
    assert read.key is None
    return read.refused.code


def taken(xml: bytes) -> ForeignItem:
    """The item, which must not be refused."""
    read = read_item(xml)
    assert read.refused is None, read.refused
    return read
