/** What a page kept is what the next one finds, responses and all. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import { fromBase64 } from "../../examsvc/web/static/js/player/canonical.js";
import { Session } from "../../examsvc/web/static/js/player/session.js";
import { state } from "./world.js";

const server = JSON.parse(await readFile(new URL("server_fixtures.json", import.meta.url), "utf8"));
const bundle = fromBase64(server.sealed).buffer;
const CLOCK = { deadline_at: "2026-03-02T09:00:00+00:00", remaining_ms: 60_000, until_start_ms: 0, epoch: 3 };
const said = {
  epoch: 3,
  clock: CLOCK,
  content_key: server.key,
  orders: {},
  responses: { 401: state("o1"), 402: state("o2", { flagged: true }) },
  navigation: "forward",
  reached: 0,
  emergency_key: server.emergency_key,
};

class Kept {
  states = [];
  lines = [];
  async keepOpened(opened) {
    this.opened = structuredClone(opened);
  }
  async keepClock(clock) {
    this.clock = clock;
  }
  async find() {
    return this.opened ? this : null;
  }
  async wipe() {
    this.opened = undefined;
  }
}

beforeEach((t) => t.mock.method(console, "warn", () => {}));

function event(seq, itemId, response, epoch = 3) {
  return { sitting: 42, epoch, seq, event_id: `e${seq}`, item_id: itemId, payload: state(response), client_ms: 0 };
}

test("nothing kept, nothing found", async () => {
  assert.equal(await new Session(new Kept(), 42, 7).find(), null);
});

test("the form opens again, and what was done since the opening stands over what the server said", async () => {
  const store = new Kept();
  await new Session(store, 42, 7).keep(said, { sealed: bundle, paper: null });
  store.states = [event(4, "401", "o3"), event(2, "402", "old", 2)];
  const found = await new Session(store, 42, 7).find();
  assert.deepEqual(found.form, server.form);
  assert.deepEqual(found.said.responses, { 401: state("o3"), 402: state("o2", { flagged: true }) });
  assert.deepEqual(found.states.map((one) => one.seq), [4]);
  assert.equal(found.said.reached, 1);
  assert.equal(found.said.emergency_key, server.emergency_key);
});

test("a browser that opens no seals keeps the paper instead", async () => {
  const store = new Kept();
  await new Session(store, 42, 7).keep(said, { sealed: null, paper: server.form });
  assert.deepEqual((await new Session(store, 42, 7).find()).form, server.form);
});

test("the clock goes on from its last reading, which is kept at changes and else only now and then", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const store = new Kept();
  const session = new Session(store, 42, 7);
  await session.keep(said, { sealed: bundle, paper: null });
  await session.keepClock({ ...CLOCK, remaining_ms: 50_000 }, false);
  await session.keepClock({ ...CLOCK, remaining_ms: 49_000 }, false);
  assert.equal(store.clock.reading.remaining_ms, 50_000);
  await session.keepClock({ ...CLOCK, remaining_ms: 48_000 }, true);
  t.mock.timers.setTime(1_007_000);
  const found = await new Session(store, 42, 7).find();
  assert.equal(found.said.clock.remaining_ms, 48_000);
  assert.equal(found.elapsedMs, 7_000);
});

test("after a wipe there is nothing to go on with", async () => {
  const store = new Kept();
  const session = new Session(store, 42, 7);
  await session.keep(said, { sealed: bundle, paper: null });
  await session.wipe();
  assert.equal(await session.find(), null);
});

test("a store that fails takes the reload away and nothing else", async () => {
  const store = new Kept();
  store.keepOpened = store.keepClock = store.wipe = async () => Promise.reject(new Error("full"));
  const session = new Session(store, 42, 7);
  await session.keep(said, { sealed: bundle, paper: null });
  await session.keepClock(CLOCK, true);
  await session.wipe();
});
