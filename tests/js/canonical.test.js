/** Browser and server write one text for one value, and one hash for one text. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { canonicalJson, fromBase64, newId, sha256, toBase64 } from "../../examsvc/web/static/js/player/canonical.js";

const server = JSON.parse(await readFile(new URL("server_fixtures.json", import.meta.url), "utf8"));

test("every payload has the server's hash, whatever the order of its keys", async () => {
  for (const { item_id, payload, payload_hash } of server.events) {
    const turned = Object.fromEntries(Object.entries(payload).reverse());
    assert.equal(await sha256(canonicalJson({ payload: turned, item_id })), payload_hash);
  }
});

test("keys are sorted at every depth and the order of a list is kept", () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: 2 }, null], a: "é" }), '{"a":"é","b":[{"c":2,"d":1},null]}');
});

test("base64 leads there and back", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, at) => (at * 7) % 256);
  assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
});

test("an id is a version 4 UUID in its one spelling", () => {
  assert.match(newId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(newId(), newId());
});
