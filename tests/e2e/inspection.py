"""Looks at pages as axe and a narrow screen see them, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.e2e.conftest import switch_to_english

WIDE, NARROW = 1280, 390
GRAVE = ("serious", "critical")

# Contrast is the dear one of the rules: colours do not depend on the language, nor in the wide page on
# the role; and the first rows of a long table stand for those after them.
ALIKE = ["tbody > tr:nth-child(n+9)", "li:nth-child(n+13)"]
LOOK = """async ({exclude, contrast}) => {
  const rules = {"color-contrast": {enabled: contrast}};
  const found = await axe.run({exclude}, {resultTypes: ["violations"], iframes: false, rules});
  const words = (node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`;
  return found.violations.map(({id, impact, nodes}) => ({id, impact, at: nodes.slice(0, 3).map(words)}));
}"""


@dataclass
class Inspection:
    """Looks at what a page shows now, and remembers what is wrong.

    In Vietnamese wide and narrow; in English, where nothing but the length of words differs, narrow.
    """

    page: Page
    findings: list[str] = field(default_factory=list)
    seen: ClassVar[set[str]] = set()

    def look(self, name: str) -> None:
        language = self.page.evaluate("document.documentElement.lang")
        for width in (WIDE, NARROW) if language == "vi" else (NARROW,):
            self.page.set_viewport_size({"width": width, "height": 900})
            contrast = language == "vi" and (width == NARROW or name not in self.seen)
            where = f"{name} [{language}, {width} px]"
            self.findings += [f"{where}: {violation}" for violation in self._violations(contrast=contrast)]
            if width == NARROW:
                self.findings += [f"{where}: {overflow}" for overflow in self._overflow()]
        self.seen.add(name)

    def _violations(self, *, contrast: bool) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)  # by the debugger's door: the CSP lets no script of ours in
        found = self.page.evaluate(LOOK, {"exclude": ALIKE, "contrast": contrast})
        return [f"{one['id']} ({one['impact']}) {one['at']}" for one in found if one["impact"] in GRAVE]

    def _overflow(self) -> list[str]:
        wide = self.page.evaluate(
            """() => {
                 if (document.scrollingElement.scrollWidth <= innerWidth) return [];
                 return [...document.querySelectorAll("main *, header *")]
                   .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
                   .map((e) => `${e.tagName.toLowerCase()}.${e.className}#${e.id}`)
                   .concat(`${document.scrollingElement.scrollWidth} px`);
               }"""
        )
        return [f"scrolls sideways: {wide}"] if wide else []


def in_both_languages(page: Page) -> Iterator[str]:
    """Vietnamese as it comes, then English."""
    yield "vi"
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.goto("/")
    switch_to_english(page)
    yield "en"
