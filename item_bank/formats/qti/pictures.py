"""The pictures that an item refers to, by the content of their files."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from typing import Final, Protocol

from item_bank.errors import InvalidMedia
from item_bank.formats.losses import Losses
from item_bank.media import Picture, read_picture, reference

_EMBEDDED: Final = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,")


class Files(Protocol):
    """Where the files beside an item are found; `keeps`: whether what is found goes with the item."""

    keeps: bool

    def find(self, href: str, folder: str = "") -> str | None: ...
    def read(self, path: str) -> bytes: ...


class NoFiles:
    """A single item file comes alone."""

    keeps = False

    def find(self, href: str, folder: str = "") -> str | None:  # noqa: ARG002 nothing is found anywhere
        return None

    def read(self, path: str) -> bytes:
        raise KeyError(path)


class Pictures:
    """Collects the pictures of a package, each once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._by_path: dict[str, str] = {}
        self.found: dict[str, Picture] = {}

    def show(self, href: str, folder: str, alt: str, losses: Losses) -> tuple[str, Picture] | None:
        """The markup of a picture, and the picture; None with a remark where it is none."""
        path = href if _EMBEDDED.match(href) else self._files.find(href, folder)
        if path is None or not self._files.keeps:
            losses.add("PICTURE_MISSING", file=href)
            return None
        if path not in self._by_path:
            try:
                picture = read_picture(self._content(path))
            except InvalidMedia as fault:
                losses.add("PICTURE_LOST", file=path, fault=fault.code)
                return None
            sha256 = hashlib.sha256(picture.content).hexdigest()
            self._by_path[path] = sha256
            self.found[sha256] = picture
        if not alt.strip():  # the bank shows no picture without words for who cannot see it
            alt = "…" if _EMBEDDED.match(path) else posixpath.splitext(posixpath.basename(path))[0]
            losses.add("ALT_MISSING", file=path)
        sha256 = self._by_path[path]
        return reference(sha256, alt), self.found[sha256]

    def page(self, href: str, folder: str) -> tuple[str, bytes] | None:
        """The path and the content of a page that an item shows; None where there is none."""
        path = self._files.find(href, folder)
        return None if path is None or not self._files.keeps else (path, self._files.read(path))

    def _content(self, path: str) -> bytes:
        """The bytes of a file, or of a picture that the address itself carries (RFC 2397)."""
        embedded = _EMBEDDED.match(path)
        if embedded is None:
            return self._files.read(path)
        try:
            return base64.b64decode(path[embedded.end() :], validate=False)
        except ValueError as error:
            raise InvalidMedia("IMAGE_DAMAGED") from error
