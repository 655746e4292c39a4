/** An item in English is the same item: the ids, the places and the limits stay, the words change. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { firstLanguage, wordedIn } from "../../examsvc/web/static/js/player/wording.js";

const ITEM = /** @type {any} */ ({
  item_id: "1",
  number: 1,
  stem: "<p>Câu</p>",
  options: [
    { id: "A", content: "một", at_most: 2 },
    { id: "B", content: "hai", at_most: 1 },
  ],
  places: [{ id: "p", content: "chỗ", at_most: null }],
  english: { stem: "<p>Item</p>", options: { A: "one" }, places: { p: "place" } },
});

test("Vietnamese is the wording as it stands", () => {
  assert.equal(wordedIn(ITEM, "vi"), ITEM);
});

test("English has the words that there are, and Vietnamese for the rest", () => {
  const english = wordedIn(ITEM, "en");
  assert.equal(english.lang, "en");
  assert.equal(english.stem, "<p>Item</p>");
  assert.deepEqual(english.options, [
    { id: "A", content: "one", at_most: 2 },
    { id: "B", content: "hai", at_most: 1 },
  ]);
  assert.deepEqual(english.places, [{ id: "p", content: "place", at_most: null }]);
});

test("an English page begins in English where the item has it, every other in Vietnamese", () => {
  assert.equal(firstLanguage(ITEM, "en"), "en");
  assert.equal(firstLanguage(ITEM, "vi"), "vi");
  assert.equal(firstLanguage({ ...ITEM, english: null }, "en"), "vi");
  assert.equal(wordedIn({ ...ITEM, english: null }, "en").stem, "<p>Câu</p>");
});
