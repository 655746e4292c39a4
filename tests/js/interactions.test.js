/** What is chosen, put, ordered and typed: spelled as the server reads it, within what the item allows. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { storable } from "../../examsvc/web/static/js/player/events.js";
import { Chosen } from "../../examsvc/web/static/js/player/interactions/chosen.js";
import { Ordered } from "../../examsvc/web/static/js/player/interactions/ordered.js";
import { Pairs } from "../../examsvc/web/static/js/player/interactions/pairs.js";
import { isNumber, lengthOf, partsOf, spelled, trimmed } from "../../examsvc/web/static/js/player/interactions/spelling.js";
import { seeded } from "./world.js";

const CASES = JSON.parse(readFileSync(new URL("response_cases.json", import.meta.url), "utf-8"));
const ids = (/** @type {{id: string}[]} */ parts) => parts.map(({ id }) => id);

/** The state behind the screen for an item of the table. @param {any} item */
function stateFor(item) {
  if (item.interaction === "order") return new Ordered(ids(item.options));
  const isPaired = item.options.length > 0 && item.places.length > 0;
  if (isPaired) return new Pairs(item);
  const isOne = ["single_choice", "true_false"].includes(item.interaction);
  return new Chosen(ids(item.options.length ? item.options : item.places), isOne ? 1 : item.at_most);
}

/** Do as a candidate does. @param {any} state @param {string[]} done */
function act(state, done) {
  if (state instanceof Ordered) {
    done.forEach((id, at) => state.move(id, at));
    state.confirm();
  } else if (state instanceof Pairs) {
    for (const pair of done) state.put(...pair.split(">"));
  } else {
    for (const id of done) state.toggle(id);
  }
}

for (const item of CASES.chosen) {
  test(`${item.name}: ${item.done.join(" ")} is spelled as the server spells it`, () => {
    const state = stateFor(item);
    assert.equal(state.response, null);
    act(state, item.done);
    assert.equal(state.response, item.spelled);
  });

  test(`${item.name}: ${item.spelled} is taken up again as it was`, () => {
    const state = stateFor(item);
    state.response = item.spelled;
    assert.equal(state.response, item.spelled);
    state.response = null;
    assert.equal(state.response, null);
  });
}

test("a number is what the server can read as one", () => {
  for (const { typed, is_number } of CASES.numbers) assert.equal(isNumber(typed), is_number, JSON.stringify(typed));
});

test("a text is trimmed and composed as on the server", () => {
  for (const { typed, spelled: expected } of CASES.texts) assert.equal(trimmed(typed), expected, JSON.stringify(typed));
  assert.equal(lengthOf("𝛼é"), 2);
});

test("parts and their line are each other's reverse", () => {
  assert.deepEqual(partsOf(null), []);
  assert.equal(spelled([]), null);
  assert.equal(spelled(partsOf("A>p1 B>p2")), "A>p1 B>p2");
});

test("no more than the item allows is chosen, and one that is all makes room for another", () => {
  const two = new Chosen(["A", "B", "C"], 2);
  assert.deepEqual(["A", "B", "C"].map((id) => two.toggle(id)), ["added", "added", "full"]);
  assert.equal(two.response, "A B");
  assert.equal(two.toggle("A"), "removed");
  assert.equal(two.toggle("C"), "added");
  const one = new Chosen(["A", "B"], 1);
  assert.deepEqual(["A", "B", "B"].map((id) => one.toggle(id)), ["added", "replaced", "removed"]);
  assert.equal(one.response, null);
});

test("an option that may stand once leaves its old place, and a full place gives up what it had", () => {
  const parts = (/** @type {string} */ letters) => [...letters].map((id) => ({ id, at_most: 1 }));
  const pairs = new Pairs({ options: parts("AB"), places: parts("12") });
  assert.deepEqual(pairs.put("A", "1"), []);
  assert.deepEqual(pairs.put("A", "2"), ["1"]);
  assert.equal(pairs.response, "A>2");
  assert.deepEqual(pairs.put("B", "2"), []);
  assert.equal(pairs.response, "B>2");
  pairs.take("B", "2");
  assert.equal(pairs.response, null);
});

test("an order is a response only once it was moved or said to be right", () => {
  const order = new Ordered(["C", "A", "B"]);
  assert.equal(order.move("C", -1), false);
  assert.equal(order.move("B", 3), false);
  assert.equal(order.response, null);
  assert.equal(order.confirm(), true);
  assert.equal(order.response, "C A B");
  assert.equal(order.move("B", 0), true);
  assert.equal(order.response, "B C A");
  order.response = "A B"; // half an order is none
  assert.equal(order.response, null);
  assert.deepEqual(order.ids, ["C", "A", "B"]);
});

test("what the item does not know is no part of a response", () => {
  const chosen = new Chosen(["A", "B"]);
  chosen.response = "Z B";
  assert.equal(chosen.response, "B");
  const pairs = new Pairs({ options: [{ id: "A" }], places: [{ id: "1" }] });
  pairs.response = "Z>1 A>9 A>1 A";
  assert.equal(pairs.response, "A>1");
});

test("whatever is put and taken in whatever order, no limit is ever passed", () => {
  const random = seeded(7);
  const pick = (/** @type {any[]} */ from) => from[Math.floor(random() * from.length)];
  for (let round = 0; round < 200; round += 1) {
    const parts = (/** @type {string} */ letters) => [...letters].map((id) => ({ id, at_most: pick([1, 2, null]) }));
    const pairs = new Pairs({ options: parts("ABCD"), places: parts("123") });
    for (let step = 0; step < 30; step += 1) {
      const [option, place] = [pick(pairs.options).id, pick(pairs.places).id];
      if (random() < 0.7) pairs.put(option, place);
      else pairs.take(option, place);
      for (const { id, at_most } of pairs.options) assert.ok(at_most === null || pairs.placesOf(id).length <= at_most);
      for (const { id, at_most } of pairs.places) assert.ok(at_most === null || pairs.at(id).length <= at_most);
      const again = new Pairs(pairs);
      again.response = pairs.response;
      assert.equal(again.response, pairs.response);
    }
  }
});

test("what is typed travels in a form that the server can store", () => {
  const state = (/** @type {string | null} */ response) => ({ response, flagged: false, struck: [], note: "" });
  assert.equal(storable(state(null)).response, null);
  assert.equal(storable(state("a\0b\ud800")).response, "ab\ufffd");
  assert.equal(storable(state("x".repeat(20_001))).response?.length, 20_000);
  assert.equal(storable(state("A>p1 B>p2")).response, "A>p1 B>p2");
});
