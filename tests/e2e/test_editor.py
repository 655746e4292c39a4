"""Writing items by the keyboard alone: pairs, and areas of a picture; nothing in the way of anybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

from item_bank.interactions.kinds import Interaction
from tests.e2e.conftest import OpenPage
from tests.e2e.inspection import GRAVE, NARROW, WIDE
from tests.unit.item_bank.pictures import png

pytestmark = pytest.mark.e2e
LOOK = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"], iframes: false});
  return found.violations.map(({id, impact, nodes}) => ({id, impact, at: nodes[0].target.join(" ")}));
}"""
MOST_STOPS = 140


def go_to(page: Page, name: str) -> None:
    """Tab on to the control of this id, as whoever has no mouse."""
    for _stop in range(MOST_STOPS):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is out of the keyboard's reach")


def type_into(page: Page, name: str, text: str) -> None:
    go_to(page, name)
    page.keyboard.type(text)


def go_to_button(page: Page, words: str) -> None:
    """Tab on to the button, box or link that says this."""
    asked = """words => {
      const here = document.activeElement;
      return (here.closest("label") ?? here).textContent.replace(/\\s+/g, " ").includes(words);
    }"""
    for _stop in range(MOST_STOPS):
        if page.evaluate("document.activeElement !== document.body") and page.evaluate(asked, words):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"“{words}” is out of the keyboard's reach")


def choose(page: Page, box: Locator, words: str) -> None:
    """Go down the list of a select to what reads like this."""
    box.focus()
    for _option in range(box.locator("option").count()):
        if box.evaluate("box => box.selectedOptions[0].text") == words:
            return
        page.keyboard.press("ArrowDown")
    assert box.evaluate("box => box.selectedOptions[0].text") == words


def begin(author: Page, kind: str, code: str, stem: str) -> None:
    author.goto("/items/new")
    link = author.locator(f'.kinds a[href*="kind={kind}"]')
    link.focus()
    author.keyboard.press("Enter")
    expect(author.locator("#item-form")).to_be_visible()
    type_into(author, "item-code", code)
    type_into(author, "item-stem", stem)


def save(author: Page, code: str) -> None:
    type_into(author, "item-legal_basis", "Luật Hải quan 2014, Điều 21")
    author.keyboard.press("Enter")
    expect(author.locator("h1")).to_contain_text(code)
    expect(author.locator(".alert-success")).to_be_visible()


def test_pairs_are_written_tried_and_saved_by_the_keyboard_alone(open_page: OpenPage):
    author = open_page("ban_de_1", locale="en")
    begin(author, "match", "E2E-GHEP-1", "Ghép mã loại hình với tên của nó.")
    for number, (left, right) in enumerate((("A11", "Nhập kinh doanh"), ("E21", "Nhập gia công")), 1):
        type_into(author, f"item-place_p{number}", left)
        type_into(author, f"item-pair_p{number}", right)
    go_to_button(author, "Remove pair 3")
    author.keyboard.press("Enter")
    expect(author.locator("#item-place_p3")).to_have_count(0)
    expect(author.locator("#item-add-place")).to_be_focused()
    expect(author.locator("#item-pair_p2")).to_have_value("Nhập gia công")  # nothing typed is lost
    author.locator("#item-add-place").focus()
    go_to(author, "item-add-option")
    author.keyboard.press("Enter")
    expect(author.locator("#item-option_a")).to_be_focused()
    author.keyboard.type("Tạm nhập")
    expect(author.locator("#preview .match-row")).to_have_count(2)
    first = author.locator("#preview .match-row select").first
    expect(first.locator("option")).to_have_count(4)
    choose(author, first, "Nhập kinh doanh")
    expect(author.locator("#tried")).to_contain_text("Earns 0 of the mark")
    second = author.locator("#preview .match-row select").nth(1)
    choose(author, second, "Nhập gia công")
    expect(author.locator("#tried")).to_contain_text("Earns 1 of the mark")
    author.locator("#item-stem").focus()
    save(author, "E2E-GHEP-1")
    expect(author.locator(".match-row").first).to_contain_text("Nhập kinh doanh")


def test_areas_of_a_picture_are_written_by_the_keyboard_alone(open_page: OpenPage, tmp_path: Path):
    author = open_page("ban_de_1", locale="en")
    begin(author, "hotspot", "E2E-HINH-1", "Niêm phong đặt ở đâu? ")
    picture = tmp_path / "thung.png"
    picture.write_bytes(png(60, 40))
    author.locator("#picture-file").set_input_files(picture)  # the system's own dialogue is not ours to test
    author.locator("#picture-file").focus()
    type_into(author, "picture-alt", "Thùng hàng nhìn từ sau")
    author.keyboard.press("Enter")
    expect(author.locator("#picture-said")).to_contain_text("Inserted.")
    expect(author.locator("#item-stem")).to_be_focused()
    for number, (name, corners) in enumerate((("Cửa trái", "0 0 30 40"), ("Chốt cửa", "31 5 59 20")), 1):
        if number == 2:
            go_to_button(author, "is right")
            author.keyboard.press("Space")
        else:
            go_to_button(author, "is right")
        type_into(author, f"item-place_p{number}", name)
        for side, text in enumerate(corners.split(), 1):
            type_into(author, f"item-area_p{number}_{side}", text)
    expect(author.locator("#preview .hotspot-area")).to_have_count(2)
    expect(author.locator("#drawing .drawn")).to_have_count(2)
    save(author, "E2E-HINH-1")
    expect(author.locator(".as-option.is-key")).to_contain_text("Chốt cửa")


def test_an_area_drawn_with_the_mouse_is_what_its_numbers_say(open_page: OpenPage, tmp_path: Path):
    author = open_page("ban_de_1", locale="en")
    begin(author, "hotspot", "E2E-HINH-2", "Ở đâu? ")
    picture = tmp_path / "thung.png"
    picture.write_bytes(png(400, 300))
    author.locator("#picture-file").set_input_files(picture)
    author.fill("#picture-alt", "Thùng hàng")
    author.click("#picture-form button")
    board = author.locator(".drawing-board img")
    expect(board).to_be_visible()
    author.locator("#item-area_p2_1").focus()
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    at = [(box["x"] + box["width"] * share, box["y"] + box["height"] * share) for share in (0.25, 0.5)]
    author.mouse.move(*at[0])
    author.mouse.down()
    author.mouse.move(*at[1], steps=4)
    author.mouse.up()
    numbers = [int(author.locator(f"#item-area_p2_{side}").input_value()) for side in range(1, 5)]
    for number, wanted in zip(numbers, (100, 75, 200, 150), strict=True):
        assert abs(number - wanted) <= 2


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_form_of_every_interaction_has_no_serious_barrier(open_page: OpenPage, locale: str, width: int):
    author = open_page("ban_de_1", locale=locale, width=width)
    barriers = {}
    for kind in ("", *(interaction.value for interaction in Interaction)):
        author.goto(f"/items/new?kind={kind}")
        if kind:
            author.check("#item-english")
        author.evaluate(AXE_SCRIPT)
        found = [one for one in author.evaluate(LOOK) if one["impact"] in GRAVE]
        cut_off = author.evaluate("document.documentElement.scrollWidth > innerWidth")
        if found or cut_off:
            barriers[kind] = (found, cut_off)
    assert barriers == {}


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_material_appears_as_it_is_chosen_and_is_previewed_in_both_languages(open_page: OpenPage, width: int):
    page = open_page("ban_de_2", width=width, locale="en")
    page.goto("/items/new?kind=essay")
    page.locator("#item-english").check()
    page.locator("#item-stem").fill("Nêu các bước.")
    page.locator("#item-english_stem").fill("Describe the steps.")
    expect(page.locator("#material .stimulus-known")).to_have_count(0)
    page.locator("#item-stimulus").select_option("TL-T08-1")
    expect(page.locator("#material .stimulus-known")).to_contain_text("Hồi 22 giờ 40")
    expect(page.get_by_role("button", name="Show this material")).to_be_hidden()
    page.locator("#item-english_stimulus").fill("At <b>22:40</b>, a small truck.")
    page.locator("[name=preview-language][value=en]").check()
    shown = page.locator("#preview .seen-en .stimulus-text")
    expect(shown).to_have_text("At 22:40, a small truck.")
    expect(shown).to_have_attribute("lang", "en")
    page.locator("[name=preview-language][value=vi]").check()
    expect(page.locator("#preview .seen-vi .stimulus-text")).to_contain_text("Hồi 22 giờ 40")
    page.locator("#item-stimulus").select_option("+")
    expect(page.locator("#material .stimulus-known")).to_have_count(0)
    expect(page.locator("#item-stimulus_code")).to_be_visible()
    expect(page.locator("#item-english_stimulus")).to_have_value("At <b>22:40</b>, a small truck.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
