/** Where one may go on a form, by every rule of navigation. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Route } from "../../examsvc/web/static/js/player/sections.js";

const items = [1, 1, 1, 2, 2, 3].map((section) => ({ section }));
const untimed = [1, 2, 3].map((ordinal) => ({ ordinal, name_vi: `Phần ${ordinal}`, name_en: `Part ${ordinal}`, limit_s: null, n_items: 2 }));
const timed = untimed.map((section) => ({ ...section, limit_s: 600 }));
const ways = (/** @type {Route} */ route, /** @type {number} */ here) => items.map((_item, index) => route.closed(index, here));

test("free navigation closes no item, sections or not", () => {
  for (const sections of [[], untimed]) {
    assert.deepEqual(ways(new Route({ items, sections, navigation: "free" }), 2), Array(6).fill(null));
  }
});

test("forward navigation opens the next item and nothing else", () => {
  const route = new Route({ items, navigation: "forward" });
  assert.deepEqual(ways(route, 2), ["behind", "behind", null, null, "ahead", "ahead"]);
});

test("sections are walls by the rule of navigation, and by limits of their own", () => {
  for (const route of [
    new Route({ items, sections: untimed, navigation: "section", section: 2 }),
    new Route({ items, sections: timed, navigation: "free", section: 2 }),
  ]) {
    assert.equal(route.isWalled, true);
    assert.deepEqual(ways(route, 3), ["section_over", "section_over", "section_over", null, null, "section_ahead"]);
  }
});

test("forward navigation does not pass the wall of a section", () => {
  const route = new Route({ items, sections: timed, navigation: "forward", section: 1 });
  assert.equal(route.closed(3, 2), "section_ahead");
});

test("the last item before a wall is known, the last of the form is none", () => {
  const route = new Route({ items, sections: timed, section: 1 });
  assert.deepEqual(items.map((_item, index) => route.isLastOfSection(index)), [false, false, true, false, true, false]);
  assert.equal(new Route({ items, sections: untimed }).isLastOfSection(2), false);
});

test("one section is no section", () => {
  const route = new Route({ items: [{}, {}], sections: timed.slice(0, 1), navigation: "section" });
  assert.equal(route.isWalled, false);
});

test("a section is named in the reader's language", () => {
  const route = new Route({ items, sections: untimed });
  assert.deepEqual([route.nameOf(2, "vi"), route.nameOf(2, "en"), route.nameOf(9, "en")], ["Phần 2", "Part 2", ""]);
});
