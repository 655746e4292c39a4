"""Watches a browser for what hostile markup wants: to run, to fetch from elsewhere, to change the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import ConsoleMessage, Dialog, Page, Request

from tests.e2e.hostile_files import SUM

# a payload that runs sets `__ran` in whatever frame it stands
_TRAP: Final = """Object.defineProperty(window, "__ran", {
  set() { console.error("CANARY: something of an author ran in " + location.href); },
  get() { return undefined; },
});"""
_REPORTS: Final = ("CANARY", "Content Security Policy", "Content-Security-Policy", "Refused to")
# what no text of an author may leave in the page, whether or not the policy would stop it
_REMAINS: Final = """() => {
  const found = [];
  const told = (e) => e.outerHTML.slice(0, 160);
  const address = /^(href|src|srcset|action|formaction|data|poster|background|xlink:href|values|from|to)$/i;
  for (const e of document.querySelectorAll("*")) {
    for (const {name, value} of e.attributes) {
      const bare = value.replace(/[\\u0000-\\u0020]/g, "");
      if (/^on/i.test(name) || name === "srcdoc") found.push(told(e));
      if (address.test(name) && /^(javascript|vbscript|data:text)/i.test(bare)) found.push(told(e));
      if (address.test(name) && bare.includes("evil.invalid")) found.push(told(e));
    }
  }
  for (const e of document.querySelectorAll(
    "iframe, object, embed, base, link:not([href^='/']), meta[http-equiv], main style",
  )) found.push(told(e));
  for (const e of document.scripts) {
    if (e.type !== "application/json" && !e.getAttribute("src")?.startsWith("/")) found.push(told(e));
  }
  return found;
}"""


@dataclass
class Canary:
    """Sits in a page and all its frames; `origin` is the only address that may be asked for anything."""

    page: Page
    origin: str
    alarms: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.page.context
        context.add_init_script(_TRAP)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("dialog", self._dialog)
        context.on("page", lambda page: self.alarms.append(f"a window was opened: {page.url}"))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:image/", "blob:")):
            self.alarms.append(f"asked for {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if any(word in message.text for word in _REPORTS):
            self.alarms.append(message.text[:300])

    def _dialog(self, dialog: Dialog) -> None:
        self.alarms.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> None:
        """Go there and look; a page that fails is no proof of anything."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        self.look()

    def look(self) -> None:
        """The page as it stands: what it holds, and whether a template counted."""
        self.alarms += [f"{self.page.url}: {remains}" for remains in self.page.evaluate(_REMAINS)]
        if SUM in self.page.content():
            self.alarms.append(f"{self.page.url}: a template has counted")
        assert self.alarms == []
