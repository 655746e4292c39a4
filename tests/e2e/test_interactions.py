"""An item of every interaction in the player: by mouse, by keyboard, after a reload, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import WHOLE, share
from tests.e2e import exam_hall
from tests.e2e.conftest import OpenPage
from tests.e2e.every_item import KINDS, NUMBERS, asked_of, lay_every_interaction
from tests.e2e.exam_hall import Hall, Seat, open_services, query
from tests.e2e.inspection import NARROW, WIDE, Inspection
from tests.e2e.player_page import Player
from tests.e2e.test_player_tools import tab_to
from tests.every_interaction import EXAMPLES

pytestmark = pytest.mark.e2e
ESSAY = "Nguyên tắc thứ nhất: đánh giá rủi ro trước khi kiểm tra.\nNguyên tắc thứ hai…"
HIDE = """() => {
  Object.defineProperty(document, "hidden", {value: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
RESPONDED = [number for kind, number in NUMBERS.items() if kind is not Interaction.PRACTICAL]


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Hall:
    exam_hall.lay_passwords_and_canaries(served_home)
    hall = exam_hall.lay_running_exam(served_home, "E2E-KINDS")
    with open_services(served_home) as deps:
        lay_every_interaction(deps, hall.administration)
    return hall


@pytest.fixture
def seat(prepared: Hall) -> Seat:
    return prepared.take_seat()


@pytest.fixture
def player(open_page: OpenPage, seat: Seat) -> Player:
    return Player(open_page(seat.username)).enter(seat.page)


def held(home: Path, sitting: int) -> dict[Interaction, str]:
    """What the server holds, by interaction; each response as the marking reads it."""
    rows = query(
        home,
        "SELECT v.interaction, c.response FROM current_response c JOIN item_version v"
        " ON v.id = c.item_version_id WHERE c.sitting_id = ? AND c.response IS NOT NULL",
        sitting,
    )
    return {Interaction(interaction): response for interaction, response in rows}


def earned(home: Path, sitting: int) -> dict[Interaction, bool]:
    """Of each interaction that computers mark: whether the response earns the whole mark."""
    return {
        kind: share(asked_of(kind), EXAMPLES[kind].key, response) == WHOLE
        for kind, response in held(home, sitting).items()
        if not EXAMPLES[kind].asked.kind.rated
    }


# ---- by mouse ----


def press_option(item: Locator, id_: str) -> None:
    item.locator(f'label:has(input[value="{id_}"])').click()


def pick_and_put(item: Locator, words: str, at: int) -> None:
    """An option from the bank into a place: press the one, then the other."""
    item.locator(".chip", has_text=words).click()
    item.locator(".slot-here").nth(at).click()


def sort_by_mouse(item: Locator) -> None:
    """Each step of the procedure goes up to its place."""
    for place, words in enumerate(("Khai", "Tiếp nhận", "Phân luồng", "Thông quan")):
        row = item.locator(".order-row").filter(has=item.page.get_by_text(words, exact=True))
        while row.locator(".letter").inner_text() != str(place + 1):
            row.locator(".order-up").click()
    if item.locator(".order-confirm").is_visible():  # it happened to stand right from the beginning
        item.locator(".order-confirm").click()


BY_MOUSE: dict[Interaction, Callable[[Locator], object]] = {
    Interaction.SINGLE_CHOICE: lambda item: press_option(item, "B"),
    Interaction.TRUE_FALSE: lambda item: press_option(item, "A"),
    Interaction.MULTIPLE_RESPONSE: lambda item: [press_option(item, id_) for id_ in "CA"],
    Interaction.STATEMENTS: lambda item: [
        press_option(item, pair) for pair in ("B>P2", "A>P1", "A>P4", "B>P3")
    ],
    Interaction.NUMERIC: lambda item: item.locator(".typed-field").fill("12,5"),
    Interaction.SHORT_TEXT: lambda item: item.locator(".typed-field").fill(" vnaccs "),
    Interaction.ORDER: sort_by_mouse,
    Interaction.MATCH: lambda item: [pick_and_put(item, "E21", 1), pick_and_put(item, "A11", 0)],
    Interaction.INLINE_CHOICE: lambda item: [
        item.locator("select").nth(at).select_option(label)
        for at, label in enumerate(("miễn kiểm tra", "kiểm tra thực tế"))
    ],
    Interaction.GAP_MATCH: lambda item: [pick_and_put(item, "thông quan", 1), pick_and_put(item, "thuế", 0)],
    Interaction.HOTSPOT: lambda item: item.locator(".hotspot-area").nth(1).click(),
    Interaction.HOTTEXT: lambda item: item.locator(".hottext", has_text="miễn trừ").click(),
    Interaction.ESSAY: lambda item: item.locator(".typed-field").fill(ESSAY),
    Interaction.PRACTICAL: lambda item: expect(item.locator(".elsewhere")).to_be_visible(),
}


# ---- by keyboard alone ----


def choose_radio(item: Locator, value: str, group: str) -> None:
    """Tab into the group, then the arrows until it is the wanted one."""
    page, radios = item.page, item.locator(f'input[type="radio"][name*="{group}"]')
    tab_to_one_of(page, radios)
    page.keyboard.press("Space")
    while radios.and_(page.locator(":checked")).input_value() != value:
        page.keyboard.press("ArrowDown")


def tab_to_one_of(page: Page, targets: Locator) -> None:
    for _ in range(90):
        if targets.evaluate_all("all => all.includes(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {targets}")


def press_on(target: Locator, key: str) -> None:
    tab_to(target.page, target)
    target.page.keyboard.press(key)


def choose_in_list(item: Locator, at: int, words: str) -> None:
    """The list has the focus; the arrow goes down until the words stand there."""
    target = item.locator("select").nth(at)
    tab_to(item.page, target)
    for _ in range(10):
        if words in target.evaluate("one => one.selectedOptions[0].text"):
            return
        item.page.keyboard.press("ArrowDown")
    pytest.fail(f"{words} is not in the list")


def type_into(item: Locator, words: str) -> None:
    tab_to(item.page, item.locator(".typed-field"))
    item.page.keyboard.insert_text(words)


def sort_by_keyboard(item: Locator) -> None:
    for place, words in enumerate(("Khai", "Tiếp nhận", "Phân luồng", "Thông quan")):
        row = item.locator(".order-row").filter(has=item.page.get_by_text(words, exact=True))
        item.locator("xpath=.//h1").evaluate("title => title.focus()")  # Tab goes on from the top again
        while row.locator(".letter").inner_text() != str(place + 1):
            press_on(row.locator(".order-up"), "Enter")  # the focus stays on the button while its row moves
    if item.locator(".order-confirm").is_visible():
        press_on(item.locator(".order-confirm"), "Enter")


BY_KEYBOARD: dict[Interaction, Callable[[Locator], object]] = {
    Interaction.SINGLE_CHOICE: lambda item: choose_radio(item, "B", "item-"),
    Interaction.TRUE_FALSE: lambda item: choose_radio(item, "A", "item-"),
    Interaction.MULTIPLE_RESPONSE: lambda item: [
        press_on(one, "Space") for one in item.locator('input[value="A"], input[value="C"]').all()
    ],
    Interaction.STATEMENTS: lambda item: [
        choose_radio(item, f"{option}>P{place}", f"-P{place}") for place, option in enumerate("ABBA", 1)
    ],
    Interaction.NUMERIC: lambda item: type_into(item, "12.5"),
    Interaction.SHORT_TEXT: lambda item: type_into(item, "VNACCS"),
    Interaction.ORDER: sort_by_keyboard,
    Interaction.MATCH: lambda item: [
        choose_in_list(item, at, words) for at, words in enumerate(("A11", "E21"))
    ],
    Interaction.INLINE_CHOICE: lambda item: [
        choose_in_list(item, at, words) for at, words in enumerate(("miễn kiểm tra", "kiểm tra thực tế"))
    ],
    Interaction.GAP_MATCH: lambda item: [
        press_on(item.locator(".chip", has_text="thuế"), "Enter"),
        item.locator("h1").focus(),
        press_on(item.locator(".slot-here").nth(0), "Enter"),
        choose_in_list(item, 1, "thông quan"),
    ],
    Interaction.HOTSPOT: lambda item: press_on(item.locator(".hotspot-area").nth(1), "Space"),
    Interaction.HOTTEXT: lambda item: press_on(item.locator(".hottext", has_text="miễn trừ"), "Enter"),
    Interaction.ESSAY: lambda item: type_into(item, ESSAY),
    Interaction.PRACTICAL: lambda item: None,
}


@pytest.mark.parametrize("acts", [BY_MOUSE, BY_KEYBOARD], ids=["mouse", "keyboard"])
def test_every_interaction_is_responded_to_and_the_receipt_counts_it(
    player: Player, seat: Seat, served_home: Path, acts: dict[Interaction, Callable[[Locator], object]]
):
    page = player.page
    for kind, number in NUMBERS.items():
        player.expect_item(number)
        acts[kind](player.item)
        if acts is BY_KEYBOARD:
            press_on(page.locator('[data-act="next"]'), "Enter")
        else:
            player.act("next")
    player.expect_item(len(KINDS) + 1)
    player.expect_responded(*RESPONDED)
    player.expect_saved("server")
    assert earned(served_home, seat.sitting) == {
        kind: True for kind in KINDS if not EXAMPLES[kind].asked.kind.rated
    }
    before = held(served_home, seat.sitting)
    assert before[Interaction.ESSAY] == ESSAY
    page.reload()
    player.expect_view("player")
    player.expect_responded(*RESPONDED)
    shown = {kind: as_shown(player, kind) for kind in KINDS}
    assert shown == {**dict.fromkeys(KINDS), **before}
    player.hand_in()
    expect(page.locator(".facts")).to_contain_text(f"{len(RESPONDED)} / 30")


def as_shown(player: Player, kind: Interaction) -> str | None:
    """The response as it stands on the screen, read from the controls alone."""
    player.jump(NUMBERS[kind])
    item, asked = player.item, asked_of(kind)
    if item.locator(".typed-field").count():
        return item.locator(".typed-field").input_value()
    if item.locator("select").count():
        chosen = item.locator("select").evaluate_all("lists => lists.map((one) => one.value)")
        return " ".join(f"{option}>{place}" for option, place in zip(chosen, asked.place_ids, strict=True))
    if item.locator(".order-row").count():
        ids = {option.content: option.id for option in asked.options}
        return " ".join(ids[words] for words in item.locator(".order-row .content").all_inner_texts())
    if item.locator(".hottext").count():
        pressed = item.locator('.hottext[aria-pressed="true"]').all_inner_texts()
        return " ".join(place.id for place in asked.places if any(place.content in one for one in pressed))
    return " ".join(item.locator("input:checked").evaluate_all("all => all.map((one) => one.value)")) or None


def test_no_more_is_chosen_than_may_be_and_clearing_takes_all_away(
    player: Player, seat: Seat, served_home: Path
):
    player.jump(NUMBERS[Interaction.MULTIPLE_RESPONSE])
    for id_ in "ABC":
        press_option(player.item, id_)
    expect(player.item.locator("input:checked")).to_have_count(2)
    expect(player.item.locator('input[value="C"]')).not_to_be_checked()
    expect(player.item.locator(".chosen-count")).to_have_attribute("data-full", "true")
    player.item.locator(".strike").nth(0).click()
    player.act("clear")
    expect(player.item.locator("input:checked")).to_have_count(0)
    player.expect_saved("server")
    assert held(served_home, seat.sitting) == {}


def test_an_order_counts_once_it_is_said_to_be_right(player: Player, seat: Seat, served_home: Path):
    player.jump(NUMBERS[Interaction.ORDER])
    player.expect_responded()
    player.item.locator(".order-confirm").click()
    player.expect_responded(NUMBERS[Interaction.ORDER])
    expect(player.item.locator(".order-state")).to_be_focused()
    player.expect_saved("server")
    assert sorted(held(served_home, seat.sitting)[Interaction.ORDER].split()) == list("ABCD")
    player.act("clear")
    player.expect_responded()


def test_an_option_can_be_dragged_by_mouse(player: Player):
    player.jump(NUMBERS[Interaction.GAP_MATCH])
    item = player.item
    item.locator(".chip", has_text="thuế").drag_to(item.locator(".slot").nth(1))
    expect(item.locator("select").nth(1)).to_have_value("A")
    player.jump(NUMBERS[Interaction.ORDER])
    first = player.item.locator(".order-row").nth(0).locator(".content").inner_text()
    player.item.locator(".order-row").nth(0).drag_to(player.item.locator(".order-row").nth(3))
    expect(player.item.locator(".order-row").nth(3).locator(".content")).to_have_text(first)


def test_what_moved_from_place_to_place_is_said(player: Player):
    player.jump(NUMBERS[Interaction.MATCH])
    item = player.item
    item.locator("select").nth(0).select_option("A")
    elsewhere = item.locator("select").nth(1).locator("option", has_text="A11")
    expect(elsewhere).to_be_disabled()  # or the arrow keys would carry it off in passing
    pick_and_put(item, "A11", 1)
    expect(item.locator("select").nth(0)).to_have_value("")
    expect(item.locator("select").nth(1)).to_have_value("A")
    expect(player.page.locator("#announcer")).to_contain_text("A11")


def test_no_single_key_does_anything_while_one_types(player: Player):
    player.jump(NUMBERS[Interaction.SHORT_TEXT])
    type_into(player.item, "")
    for key in "nfpx1b+":
        player.page.keyboard.press(key)
    player.expect_item(NUMBERS[Interaction.SHORT_TEXT])
    expect(player.item.locator(".typed-field")).to_have_value("nfpx1b+")
    expect(player.jump_button(NUMBERS[Interaction.SHORT_TEXT]).locator(".jump-flag")).to_be_hidden()
    expect(player.page.locator("#zoom-percent")).to_contain_text("100")


def test_what_is_no_number_is_said_and_kept(player: Player, seat: Seat, served_home: Path):
    player.jump(NUMBERS[Interaction.NUMERIC])
    field = player.item.locator(".typed-field")
    field.fill("12 kg")
    player.page.keyboard.press("Tab")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(player.item.locator(".typed-error")).not_to_be_empty()
    player.expect_saved("server")
    assert held(served_home, seat.sitting) == {Interaction.NUMERIC: "12 kg"}
    field.fill("12")
    expect(player.item.locator(".typed-error")).to_be_empty()


def test_an_essay_is_saved_while_it_is_typed_and_when_the_page_is_left(
    player: Player, seat: Seat, served_home: Path
):
    player.jump(NUMBERS[Interaction.ESSAY])
    type_into(player.item, "Đoạn một.")
    player.expect_responded(NUMBERS[Interaction.ESSAY])  # nobody left the field
    type_into(player.item, " Đoạn hai.")
    player.page.evaluate(HIDE)
    player.expect_saved("server")
    player.page.reload()
    player.expect_view("player")
    player.jump(NUMBERS[Interaction.ESSAY])
    expect(player.item.locator(".typed-field")).to_have_value("Đoạn một. Đoạn hai.")
    player.expect_saved("server")
    assert held(served_home, seat.sitting)[Interaction.ESSAY] == "Đoạn một. Đoạn hai."
    [(n_events,)] = query(
        served_home, "SELECT count(*) FROM response_event WHERE sitting_id = ?", seat.sitting
    )
    assert n_events <= 3, "every key was an event of its own"


def test_an_essay_that_was_cleared_comes_back(player: Player):
    player.jump(NUMBERS[Interaction.ESSAY])
    type_into(player.item, ESSAY)
    player.jump(1)
    player.jump(NUMBERS[Interaction.ESSAY])
    player.act("clear")
    expect(player.item.locator(".typed-field")).to_have_value("")
    player.item.locator(".typed-restore").click()
    expect(player.item.locator(".typed-field")).to_have_value(ESSAY)
    player.expect_responded(NUMBERS[Interaction.ESSAY])


def edge(target: Locator, side: str) -> float:
    """Where it ends on the screen."""
    return float(target.evaluate("(one, side) => one.getBoundingClientRect()[side]", side))


def test_what_items_share_stays_as_it_was_left(player: Player):
    page, first = player.page, NUMBERS[Interaction.ESSAY]
    expect(page.locator("#stimulus")).to_be_hidden()
    player.jump(first)
    text = page.locator(".stimulus-text:visible")
    assert edge(text, "right") <= edge(player.item, "left"), "it stands beside the item"
    text.evaluate("one => (one.scrollTop = 90)")
    player.act("next")
    player.expect_item(NUMBERS[Interaction.PRACTICAL])
    assert text.evaluate("one => one.scrollTop") == 90
    tab_to(page, page.locator(".stimulus summary"))
    page.keyboard.press("Enter")
    expect(text).to_be_hidden()
    player.act("previous")
    expect(text).to_be_hidden()
    page.locator(".stimulus summary").click()
    page.set_viewport_size({"width": NARROW, "height": 900})
    assert edge(text, "bottom") <= edge(player.item, "top"), "it stands above the item"


def test_an_item_is_read_in_english_and_the_response_stays(open_page: OpenPage, seat: Seat):
    player = Player(open_page(seat.username, locale="en")).enter(seat.page)
    player.jump(NUMBERS[Interaction.GAP_MATCH])
    item = player.item
    expect(item.locator(".stem")).to_contain_text("The declarant pays")
    expect(item.locator(".languages")).to_contain_text("official")
    pick_and_put(item, "the duty", 0)
    item.get_by_role("button", name="Tiếng Việt").click()
    expect(item.locator(".stem")).to_contain_text("Người khai nộp")
    expect(item.locator(".stem")).to_have_attribute("lang", "vi")
    expect(item.locator("select").nth(0)).to_have_value("A")
    choose_in_list(item, 1, "thông quan")
    item.get_by_role("button", name="English").click()
    assert item.locator("select").evaluate_all("all => all.map((one) => one.value)") == ["A", "B"]
    player.jump(NUMBERS[Interaction.HOTTEXT])
    expect(player.item.locator(".languages")).to_have_count(0)


def test_what_items_share_is_read_in_the_language_of_the_item(open_page: OpenPage, seat: Seat):
    player = Player(open_page(seat.username, locale="en")).enter(seat.page)
    player.jump(NUMBERS[Interaction.ESSAY])
    shown = player.page.locator("#stimulus [lang]:visible")
    expect(shown).to_have_attribute("lang", "en")
    expect(shown).to_contain_text("Company A imports 120 used passenger cars.")
    player.item.get_by_role("button", name="Tiếng Việt").click()
    expect(shown).to_have_attribute("lang", "vi")
    expect(shown).to_contain_text("Công ty A nhập khẩu 120 xe")
    player.item.get_by_role("button", name="English").click()
    expect(shown).to_have_attribute("lang", "en")
    player.jump(NUMBERS[Interaction.PRACTICAL])  # of the same set, in Vietnamese alone
    expect(shown).to_have_attribute("lang", "vi")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_interaction_has_a_barrier(open_page: OpenPage, seat: Seat, language: str):
    player = Player(open_page(seat.username, locale=language)).enter(seat.page)
    inspection = Inspection(player.page)
    for kind, number in NUMBERS.items():
        player.page.set_viewport_size({"width": WIDE, "height": 900})
        player.jump(number)
        if kind is not Interaction.PRACTICAL:
            BY_MOUSE[kind](player.item) if language == "vi" else None
        inspection.look(f"player: {kind}")
    assert inspection.findings == []


def test_large_letters_and_high_contrast_leave_every_interaction_whole(player: Player):
    page = player.page
    page.locator('[data-act="contrast"]').click()
    inspection = Inspection(page)
    for kind, number in NUMBERS.items():
        page.set_viewport_size({"width": WIDE, "height": 900})
        player.jump(number)
        inspection.look(f"in contrast: {kind}")
    page.set_viewport_size({"width": WIDE, "height": 900})
    for _ in range(4):
        page.locator('[data-act="zoom-in"]').click()
    for kind in KINDS:
        page.set_viewport_size({"width": WIDE, "height": 900})
        inspection.look(f"at 200 %: {kind}")
        player.act("previous") if page.locator('[data-act="previous"]').is_enabled() else None
    assert inspection.findings == []


def test_a_syllable_that_is_put_together_is_not_touched(player: Player):
    player.jump(NUMBERS[Interaction.SHORT_TEXT])
    type_into(player.item, "")
    session = player.page.context.new_cdp_session(player.page)
    for text in ("d", "đ", "đư", "đươ", "đườ", "đườn", "đường"):
        session.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    expect(player.item.locator(".typed-field")).to_have_value(re.compile("^đường$"))
    session.send("Input.insertText", {"text": "đường"})
    expect(player.item.locator(".typed-field")).to_have_value("đường")
    player.expect_responded(NUMBERS[Interaction.SHORT_TEXT])
