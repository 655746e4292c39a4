"""The timed player as a test sees it: one name for each sign and each act on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, Request, Route, expect

EVENTS = re.compile(r"/api/v1/sittings/\d+/events$")


@dataclass(frozen=True, slots=True)
class Player:
    """A page with the player on it."""

    page: Page

    def enter(self, path: str) -> Player:
        """Open the sitting and wait until an item stands on the screen."""
        self.page.goto(path)
        self.expect_view("player")
        return self

    def expect_view(self, name: str, timeout_ms: int = 20_000) -> None:
        expect(self.page.locator(f'[data-view="{name}"]').first).to_be_visible(timeout=timeout_ms)

    @property
    def item(self) -> Locator:
        return self.page.locator("#items > article:not([hidden])")

    @property
    def options(self) -> Locator:
        return self.item.locator("label.option")

    @property
    def notice(self) -> Locator:
        return self.page.locator("#notice")

    def choose(self, place: int) -> str:
        """Click an option; returns its id."""
        self.options.nth(place).click()
        return str(self.options.nth(place).locator("input").input_value())

    def act(self, name: str) -> None:
        self.page.locator(f'[data-act="{name}"]:visible').click()

    def jump(self, number: int) -> None:
        """Go to an item by the navigator."""
        self.jump_button(number).click()

    def jump_button(self, number: int) -> Locator:
        return self.page.locator(f'#navigator-list [data-jump="{number - 1}"]')

    def expect_item(self, number: int) -> None:
        expect(self.item.locator("h1")).to_contain_text(re.compile(rf"\b{number}\b"))
        expect(self.jump_button(number)).to_have_attribute("aria-current", "true")

    def expect_responded(self, *numbers: int) -> None:
        """Exactly these items bear the sign of a response."""
        expect(self.page.locator('#navigator-list [data-state="responded"]')).to_have_count(len(numbers))
        for number in numbers:
            expect(self.jump_button(number)).to_have_attribute("data-state", "responded")

    def expect_chosen(self, option: str) -> None:
        expect(self.item.locator(f'input[value="{option}"]')).to_be_checked()

    def strike_button(self, place: int) -> Locator:
        return self.item.locator(".strike").nth(place)

    def strike(self, place: int) -> None:
        """Strike out an option by its button, or bring it back."""
        self.strike_button(place).click()

    def expect_struck(self, *places: int) -> None:
        """Exactly these options are struck out."""
        expect(self.item.locator('.strike[aria-pressed="true"]')).to_have_count(len(places))
        for place in places:
            expect(self.strike_button(place)).to_have_attribute("aria-pressed", "true")

    @property
    def note(self) -> Locator:
        return self.item.locator(".note textarea")

    def write_note(self, words: str) -> None:
        """Open the note and type; whoever looks for it on the server has to wait until the typing rests."""
        if not self.note.is_visible():
            self.item.locator(".note summary").click()
        self.note.press_sequentially(words)

    def expect_flagged(self, number: int) -> None:
        expect(self.jump_button(number).locator(".jump-flag")).to_be_visible()

    def expect_saved(self, state: str, timeout_ms: int = 30_000) -> None:
        """The state of everything together: unsaved, machine or server."""
        expect(self.page.locator("#save-state")).to_have_attribute("data-state", state, timeout=timeout_ms)

    def cut_events(self) -> None:
        """Let no response reach the server; everything else passes."""
        self.page.route(EVENTS, _abort)

    def mend_events(self) -> None:
        self.page.unroute(EVENTS, _abort)

    def mark(self) -> None:
        """Leave a sign that a reload would wipe away."""
        self.page.evaluate("window.notReloaded = true")

    def expect_not_reloaded(self) -> None:
        assert self.page.evaluate("window.notReloaded === true")

    def hand_in(self) -> None:
        """Review, hand in, confirm; ends on the receipt."""
        self.act("review")
        self.act("submit")
        self.act("confirm-submit")
        expect(self.page.locator(".receipt-code")).to_be_visible()


def _abort(route: Route, _request: Request) -> None:
    route.abort("connectionrefused")
