import assert from "node:assert/strict";
import { test } from "node:test";

import { withinBytes } from "../../examsvc/web/static/js/player/events.js";

/** @param {string | null} response */
function event(response) {
  const payload = { response, flagged: false, struck: [], note: "" };
  return { sitting: 1, epoch: 1, seq: 1, event_id: "x", item_id: "1", payload, client_ms: 0 };
}

test("fifty ordinary responses travel together", () => {
  assert.equal(withinBytes(Array.from({ length: 50 }, () => event("A"))).length, 50);
});

test("long essays travel a few at a time, and one that is longer than all still travels", () => {
  const essays = Array.from({ length: 50 }, () => event("x".repeat(20_000)));
  assert.equal(withinBytes(essays).length, 3);
  assert.equal(withinBytes([event("x".repeat(100_000)), event(null)]).length, 1);
});
