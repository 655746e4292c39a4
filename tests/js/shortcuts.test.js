/** Which keys mean something, and where they mean nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isDisplay, shortcut } from "../../examsvc/web/static/js/player/shortcuts.js";

const PLAIN = { ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, isComposing: false, code: "", target: { tagName: "BODY" } };
const press = (/** @type {object} */ event) => shortcut(/** @type {any} */ ({ ...PLAIN, ...event }));

test("digits and letters choose, with Shift they strike out", () => {
  assert.deepEqual(press({ key: "2", code: "Digit2" }), { act: "choose", place: 1 });
  assert.deepEqual(press({ key: "D" }), { act: "choose", place: 3 });
  assert.deepEqual(press({ key: "@", code: "Digit2", shiftKey: true }), { act: "strike", place: 1 });
  assert.deepEqual(press({ key: "x" }), { act: "strike", place: null });
});

test("plus and minus mean the same on every view", () => {
  for (const key of ["+", "=", "-"]) assert.equal(isDisplay(/** @type {any} */ (press({ key }))), true);
  assert.equal(isDisplay(/** @type {any} */ (press({ key: "n" }))), false);
});

test("nothing is a shortcut while a syllable is put together, or beside Ctrl, Alt and Meta", () => {
  for (const held of ["isComposing", "ctrlKey", "altKey", "metaKey"]) assert.equal(press({ key: "d", [held]: true }), null);
});

test("nothing is a shortcut where text is typed; a radio button is no such place", () => {
  for (const target of [{ tagName: "TEXTAREA" }, { tagName: "INPUT", type: "text" }, { tagName: "SELECT" }, { isContentEditable: true }]) {
    assert.equal(press({ key: "f", target }), null);
  }
  assert.deepEqual(press({ key: "f", target: { tagName: "INPUT", type: "radio" } }), { act: "flag" });
});

test("other keys are left to the browser", () => {
  for (const key of ["Tab", "Enter", "e", "0", "ArrowDown"]) assert.equal(press({ key }), null);
});
