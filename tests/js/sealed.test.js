/** What the server sealed opens here, what leaves here in an emergency opens there, and nothing altered does. */

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import { fromBase64 } from "../../examsvc/web/static/js/player/canonical.js";
import { sealEvents } from "../../examsvc/web/static/js/player/emergency.js";
import { SealedForm, unseal } from "../../examsvc/web/static/js/player/sealed.js";

const server = JSON.parse(await readFile(new URL("server_fixtures.json", import.meta.url), "utf8"));
const bundle = fromBase64(server.sealed).buffer;
const said = { content_key: server.key, orders: { 401: ["o2", "o0", "o3", "o1"] } };

beforeEach((t) => t.mock.method(console, "warn", () => {}));

test("the form opens with the key of the start, its options in this sitting's order", async () => {
  const form = await unseal(bundle, said);
  const [item] = form.items;
  assert.deepEqual(item.options.map((option) => option.id), ["o2", "o0", "o3", "o1"]);
  assert.deepEqual({ ...form, items: [{ ...item, options: server.form.items[0].options }] }, server.form);
});

test("without an order of its own the author's stands", async () => {
  const form = await unseal(bundle, { ...said, orders: {} });
  assert.deepEqual(form, server.form);
});

test("one altered bit, anywhere, and nothing opens", async () => {
  for (const at of [0, 12, 40, bundle.byteLength - 1]) {
    const altered = new Uint8Array(bundle.slice(0));
    altered[at] ^= 1;
    await assert.rejects(unseal(altered.buffer, said));
  }
});

test("another key opens nothing", async () => {
  await assert.rejects(unseal(bundle, { ...said, content_key: server.emergency_key }));
});

test("it is fetched once ahead of the start and not again at it", async () => {
  let fetched = 0;
  const api = { bytes: async () => ((fetched += 1), bundle) };
  const sealed = new SealedForm(api);
  sealed.prefetch(() => true);
  sealed.prefetch(() => true);
  await new Promise(setImmediate);
  assert.equal((await sealed.unseal(said)).items.length, 1);
  assert.equal(fetched, 1);
});

test("where it does not open the paper is asked for, and a damaged bundle is fetched anew", async () => {
  const api = { bytes: async () => new ArrayBuffer(64) };
  const sealed = new SealedForm(api);
  assert.equal(await sealed.unseal(said), null);
  api.bytes = async () => bundle;
  assert.equal((await sealed.unseal(said)).items.length, 1);
});

test("where it cannot be fetched the paper is asked for", async () => {
  const sealed = new SealedForm({ bytes: async () => Promise.reject(new Error("404")) });
  assert.equal(await sealed.unseal(said), null);
});

test("the emergency file opens with the server's key, is bound to its sitting and shows no response", async () => {
  const events = server.events.map(({ payload_hash: _hash, ...event }) => event);
  const file = JSON.parse(await sealEvents(42, events, server.emergency_key));
  assert.deepEqual(Object.keys(file), ["v", "sitting", "iv", "data"]);
  assert.ok(!JSON.stringify(file).includes("item_id"));
  assert.deepEqual(await opened(file, 42), { sitting: 42, events });
  await assert.rejects(opened(file, 43));
});

async function opened(file, sitting) {
  const key = await webcrypto.subtle.importKey("raw", fromBase64(server.emergency_key), "AES-GCM", false, ["decrypt"]);
  const additionalData = new TextEncoder().encode(`examsvc-emergency:${sitting}`);
  const how = { name: "AES-GCM", iv: fromBase64(file.iv), additionalData };
  return JSON.parse(new TextDecoder().decode(await webcrypto.subtle.decrypt(how, key, fromBase64(file.data))));
}
