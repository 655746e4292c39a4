"""How each version of QTI writes its names: one vocabulary in camel case, two spellings."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.stem import plain_line

_CAPITAL: Final = re.compile(r"([A-Z])")
_RESERVED: Final = frozenset({"SCORE", "MAXSCORE", "FEEDBACK", "RESPONSE"})
_KEPT: Final = frozenset({"xml:lang", "xmlns"})


@dataclass(frozen=True, slots=True)
class Version:
    """A version with its namespaces and types, as 1EdTech's bindings name them."""

    number: str
    namespace: str
    manifest_namespace: str
    schema: str
    schema_version: str
    item_type: str
    templates: str
    metadata_namespace: str
    hyphens: bool = False

    def tag(self, name: str) -> str:
        return f"qti-{self._spelt(name)}" if self.hyphens else name

    def element(self, name: str, attributes: Mapping[str, str] | None = None, *inside: str) -> str:
        """An element of QTI; `inside` is XML already."""
        tag = self.tag(name)
        said = "".join(
            f' {key if key in _KEPT else self._spelt(key)}="{attribute(value)}"'
            for key, value in (attributes or {}).items()
        )
        return f"<{tag}{said}>{''.join(inside)}</{tag}>" if inside else f"<{tag}{said}/>"

    def _spelt(self, name: str) -> str:
        return _hyphened(name) if self.hyphens else name


@cache  # the names are those of the writer's own source
def _hyphened(name: str) -> str:
    return _CAPITAL.sub(lambda found: f"-{found.group(1).lower()}", name)


def attribute(text: str) -> str:
    return html.escape(plain_line(text))


def name_of(id_: str) -> str:
    """An identifier of the bank as XML can have it, and apart from the item's own variables."""
    return f"i-{id_}" if id_[:1].isdigit() or id_ in _RESERVED else id_


def version_of(number: str) -> Version:
    """Raises InvalidItem QTI_VERSION_UNKNOWN."""
    if number not in _VERSIONS:
        raise InvalidItem("QTI_VERSION_UNKNOWN", version=number)
    return _VERSIONS[number]


def _second(number: str) -> Version:
    letters = number.replace(".", "p")
    return Version(
        number,
        f"http://www.imsglobal.org/xsd/imsqti_v{letters}",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        f"QTIv{number} Package",
        "1.0.0",
        f"imsqti_item_xmlv{letters}",
        f"http://www.imsglobal.org/question/qti_v{letters}/rptemplates/",
        "http://www.imsglobal.org/xsd/imscsmd_v1p0",
    )


_VERSIONS: Final = {
    "2.1": _second("2.1"),
    "2.2": _second("2.2"),
    "3.0": Version(
        "3.0",
        "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "QTI Package",
        "3.0.0",
        "imsqti_item_xmlv3p0",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1",
        hyphens=True,
    ),
}
