/** What the queue promises: nothing is lost, nothing is sent out of order, nothing counts as saved too early. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import { EventQueue } from "../../examsvc/web/static/js/player/queue.js";
import { drained } from "../../examsvc/web/static/js/player/waits.js";
import { FakeServer, FakeStore, Time, seeded, state } from "./world.js";

const server_ = JSON.parse(await readFile(new URL("server_fixtures.json", import.meta.url), "utf8"));
let time, store, server, send, heard;

beforeEach((t) => {
  time = new Time();
  store = new FakeStore(time);
  server = new FakeServer();
  heard = [];
  send = async (events) => server.save(events);
  t.mock.method(console, "warn", () => {});
});

function queueOver(overrides = {}) {
  return new EventQueue({
    sitting: 42,
    store,
    send: (events) => send(structuredClone(events)),
    onReply: (reply) => heard.push(reply),
    now: () => time.now,
    wait: time.wait,
    random: seeded(1),
    ...overrides,
  });
}

function begun(epoch = 1) {
  server.epoch = epoch;
  const queue = queueOver();
  queue.begin(epoch);
  return queue;
}

async function allSent(queue, limitMs) {
  return time.until(() => queue.pending === 0, limitMs);
}

const silent = async () => {
  throw new Error("nobody answers");
};

test("an event carries the whole state of its item and a number of its own", async () => {
  const queue = begun();
  const struck = ["b"];
  queue.add("401", state("a", { flagged: true, struck, note: "nháp" }));
  struck.push("c"); // whoever goes on changing it does not change what was recorded
  queue.add("402", state(null));
  await allSent(queue);
  const [first, second] = server.counted(1);
  assert.deepEqual(first.payload, { response: "a", flagged: true, struck: ["b"], note: "nháp" });
  assert.deepEqual([first.seq, second.seq, second.payload.response], [1, 2, null]);
});

test("what the server cannot store never leaves the machine: NUL, half signs, more than 2,000 characters", async () => {
  const queue = begun();
  queue.add("401", state("a", { note: "x\0y\ud800z" + "v".repeat(1_994) + "🇻" + "tail" }));
  await allSent(queue);
  const [{ payload }] = server.counted(1);
  assert.equal(payload.note.length, 2_000);
  assert.ok(payload.note.startsWith("xy\ufffdz"));
  assert.ok(payload.note.isWellFormed());
});

test("every act is an event: none is merged away", async () => {
  const queue = begun();
  for (const response of ["a", "b", "a", null, "a"]) queue.add("401", state(response));
  await allSent(queue);
  assert.deepEqual(server.counted(1).map((event) => event.payload.response), ["a", "b", "a", null, "a"]);
});

test("events leave in their order, fifty at a time, and a batch only after the one before it", async () => {
  let underWay = 0;
  send = async (events) => {
    assert.equal((underWay += 1), 1, "two requests at a time");
    await time.wait(300);
    underWay -= 1;
    return server.save(events);
  };
  const queue = begun();
  for (let number = 1; number <= 130; number += 1) queue.add(String(number), state());
  assert.ok(await allSent(queue));
  const sent = server.requests.flat();
  assert.deepEqual(sent, Array.from({ length: 130 }, (_, at) => at + 1));
  assert.ok(server.requests.every((seqs) => seqs.length <= 50));
  assert.ok(server.requests.length >= 3);
});

test("a batch that was not acknowledged is sent again before anything after it", async () => {
  const attempts = [];
  send = async (events) => {
    attempts.push(events.map((event) => event.seq));
    if (attempts.length <= 4) throw new Error("lost");
    return server.save(events);
  };
  const queue = begun();
  for (let number = 1; number <= 60; number += 1) queue.add(String(number), state());
  assert.ok(await allSent(queue));
  const whole = Array.from({ length: 50 }, (_, at) => at + 1);
  assert.ok(attempts.slice(0, 5).every((seqs) => seqs[0] === 1));
  assert.deepEqual(attempts.slice(1, 5), [whole, whole, whole, whole]);
  assert.equal(attempts[5][0], 51);
});

test("acts do not press a server that has just failed", async () => {
  let attempts = 0;
  send = async () => {
    attempts += 1;
    return { status: 503, body: null };
  };
  const queue = begun();
  for (let number = 1; number <= 100; number += 1) {
    queue.add("401", state(String(number)));
    await time.pass(100);
  }
  assert.ok(attempts <= 8, `${attempts} attempts in ten seconds`);
});

test("nothing is sent that the store has not taken, for after a crash its number would be given twice", async () => {
  store.commitMs = () => 200;
  const queue = begun();
  queue.add("401", state());
  await time.pass(199);
  assert.deepEqual(server.requests, []);
  assert.equal(queue.state, "unsaved");
  queue.add("402", state());
  await time.pass(150);
  assert.deepEqual(server.requests, [[1]]);
  assert.ok(await allSent(queue));
});

test("a store that hangs or fails holds nothing up", async () => {
  store.commitMs = () => 1e9;
  const hanging = begun();
  hanging.add("401", state());
  assert.ok(await allSent(hanging, 10_000));
  store.commitMs = () => 1;
  store.fails = () => true;
  const failing = queueOver();
  server.epoch = 2;
  failing.begin(2);
  failing.add("401", state());
  assert.ok(await allSent(failing, 10_000));
  assert.equal(server.counted(2).length, 1);
});

test("an event leaves the store only when the server has called it durable", async () => {
  let answer;
  send = (events) => new Promise((resolve) => (answer = () => resolve(server.save(events))));
  const queue = begun();
  queue.add("401", state());
  await time.until(() => answer);
  await time.pass(5_000);
  assert.equal(store.events.size, 1);
  assert.equal(queue.state, "machine");
  answer();
  await time.until(() => store.events.size === 0);
  assert.equal(queue.state, "server");
});

test("accepted is not durable: below a gap the mark of the server decides", async () => {
  let through = 0;
  send = async (events) => {
    const reply = server.save(events);
    reply.body.durable_through = through;
    return reply;
  };
  const queue = begun();
  queue.add("401", state());
  await time.pass(2_000);
  assert.equal(queue.pending, 1);
  assert.equal(store.events.size, 1);
  through = 1;
  assert.ok(await allSent(queue));
});

test("failed attempts come ever later, never in step, and at most 20 seconds apart", async () => {
  const at = [];
  send = async () => {
    at.push(time.now);
    throw new Error("nobody answers");
  };
  const one = begun();
  one.add("401", state());
  await time.pass(200_000);
  const gaps = at.slice(1).map((moment, index) => moment - at[index]);
  assert.ok(gaps[0] >= 400 && gaps[0] <= 800);
  assert.ok(gaps[2] > gaps[0]);
  assert.ok(Math.max(...gaps) <= 20_000 && gaps.at(-1) >= 10_000);
  assert.ok(new Set(gaps.slice(-5)).size > 1, "no jitter");
});

test("coming back cuts a long pause short", async () => {
  const real = send;
  send = silent;
  const queue = begun();
  queue.add("401", state());
  await time.pass(100_000);
  send = real;
  queue.kick();
  await time.until(() => queue.pending === 0, 10);
  assert.equal(queue.pending, 0);
});

for (const status of [401, 429, 500, 502, 503]) {
  test(`a ${status} is no judgement: everything is kept and sent again`, async () => {
    const real = send;
    send = async () => ({ status, body: null });
    const queue = begun();
    queue.add("401", state());
    await time.pass(3_000);
    assert.equal(queue.pending, 1);
    send = real;
    assert.ok(await allSent(queue));
  });
}

test("an answer in a proxy's own words forgets nothing", async () => {
  send = async () => ({ status: 200, body: null });
  const queue = begun();
  queue.add("401", state());
  await time.pass(3_000);
  assert.equal(queue.pending, 1);
});

test("a batch that is too large for somebody on the way is halved until it passes", async () => {
  send = async (events) => (events.length > 8 ? { status: 413, body: null } : server.save(events));
  const queue = begun();
  for (let number = 1; number <= 50; number += 1) queue.add(String(number), state());
  assert.ok(await allSent(queue));
  assert.equal(server.counted(1).length, 50);
});

test("a refused event is kept, shown, and holds up none after it", async () => {
  send = async (events) => {
    const index = events.findIndex((event) => event.item_id === "bad");
    if (index >= 0) return { status: 422, body: { error: "events_refused", faults: [{ index, code: "unknown_item" }] } };
    return server.save(events);
  };
  const queue = begun();
  queue.add("401", state());
  queue.add("bad", state());
  for (let number = 0; number < 60; number += 1) queue.add("402", state());
  assert.ok(await allSent(queue));
  assert.equal(queue.stateOf("bad"), "refused");
  assert.equal(queue.state, "refused");
  assert.equal(queue.stateOf("402"), "server");
  assert.equal(server.counted(1).length, 61);
  await time.pass(10);
  assert.deepEqual([...store.events.values()].map((event) => event.item_id), ["bad"]);
  assert.equal(queue.unsent.length, 1);
  assert.deepEqual(queue.refusedSeqs, [2]); // so that handing in does not wait for it
  assert.equal(await queue.digest(), await server.digest(1));
});

for (const outcome of ["altered", "seq_conflict"]) {
  test(`an event that is ${outcome} is kept, not sent for ever, and holds up none after it`, async () => {
    const queue = begun();
    server.save([{ epoch: 1, seq: 2, event_id: "another", item_id: "401", payload: {} }]);
    server.requests.length = 0;
    if (outcome === "altered") server.verdict = (event) => (event.seq === 2 ? outcome : undefined);
    for (let number = 1; number <= 4; number += 1) queue.add("401", state());
    assert.ok(await allSent(queue));
    const times = server.requests.flat().filter((seq) => seq === 2).length;
    assert.ok(times <= 2, `sent ${times} times`);
    assert.equal(queue.state, "refused");
    await time.pass(10);
    assert.deepEqual([...store.events.values()].map((event) => event.seq), [2]);
  });
}

for (const outcome of ["late", "out_of_turn"]) {
  test(`an event that is ${outcome} is on the server, for people to decide`, async () => {
    server.verdict = (event) => (event.seq === 2 ? outcome : undefined);
    const queue = begun();
    for (let number = 1; number <= 3; number += 1) queue.add("401", state());
    assert.ok(await allSent(queue));
    await time.until(() => store.events.size === 0);
    assert.equal(queue.state, "server");
    assert.equal(await queue.digest(), await server.digest(1));
  });
}

test("a superseded epoch stops the queue, and what waited stays on this machine", async () => {
  const queue = begun();
  server.epoch = 2;
  queue.add("401", state());
  await time.pass(60_000);
  queue.add("401", state("b"));
  await time.pass(60_000);
  assert.deepEqual(server.requests, [[1]]);
  assert.equal(store.events.size, 2);
  assert.equal(queue.pending, 2);
});

test("leftovers of an earlier epoch go first, quarantined or not, and then are gone", async () => {
  const before = begun(1);
  send = silent;
  before.add("401", state("a"));
  before.add("402", state("b"));
  await time.pass(5_000);
  send = async (events) => server.save(events);
  const after = queueOver();
  assert.equal(await Promise.race([after.flushLeftovers(), time.pass(60_000)]), true);
  assert.deepEqual(server.counted(1).map((event) => event.payload.response), ["a", "b"]);
  await time.until(() => store.events.size === 0);
  after.begin(2);
  server.epoch = 2;
  after.add("401", state("c"));
  assert.ok(await allSent(after));
  assert.equal(server.counted(2)[0].seq, 1);
});

test("leftovers wait when nobody answers", async () => {
  const before = begun(1);
  send = silent;
  before.add("401", state());
  await time.pass(5_000);
  before.halt();
  const after = queueOver();
  assert.equal(await after.flushLeftovers(), false);
  assert.equal(after.pending, 1);
});

test("leftovers that nobody wants stop nobody from going on", async () => {
  const before = begun(1);
  send = silent;
  before.add("401", state());
  await time.pass(5_000);
  before.halt();
  send = async () => ({ status: 409, body: { error: "closed" } });
  const after = queueOver();
  assert.equal(await after.flushLeftovers(), true);
  assert.equal(store.events.size, 1);
});

test("a page that goes on in the same epoch numbers on, and has the whole digest", async () => {
  const first = begun(1);
  first.add("401", state("a"));
  first.add("402", state("b"));
  assert.ok(await allSent(first));
  await time.until(() => store.events.size === 0);
  send = silent;
  first.add("403", state("c"));
  await time.pass(2_000);
  first.halt(); // its page is gone
  const second = queueOver();
  await second.resume(1, store.kept());
  second.add("401", state("d"));
  assert.equal(second.finalSeq, 4);
  send = async (events) => server.save(events);
  second.kick();
  assert.ok(await allSent(second));
  assert.deepEqual(server.counted(1).map((event) => event.payload.response), ["a", "b", "c", "d"]);
  assert.equal(await second.digest(), await server.digest(1));
});

test("what the server misses is sent again, in its place", async () => {
  const queue = begun();
  for (let number = 1; number <= 5; number += 1) queue.add("401", state(String(number)));
  assert.ok(await allSent(queue));
  const lost = server.log.get("1:3");
  server.log.delete("1:3");
  server.byId.delete(lost.event_id);
  queue.resend([3, 99]);
  assert.equal(queue.pending, 1);
  assert.ok(await allSent(queue));
  assert.equal(server.counted(1)[2].event_id, lost.event_id);
});

test("after a collision of numbers the latest state of the item still counts", async () => {
  const queue = begun();
  for (const seq of [1, 2, 3]) server.save([{ epoch: 1, seq, event_id: `other-${seq}`, item_id: "401", payload: state("old") }]);
  for (const response of ["a", "b", "c"]) queue.add("401", state(response));
  assert.ok(await allSent(queue));
  assert.equal(server.counted(1).at(-1).payload.response, "c");
  assert.equal(queue.state, "refused"); // and somebody should have a look
});

test("a number that a crash took is filled with what the next event says", async () => {
  const queue = begun();
  store.fails = () => true; // only the first event is not stored
  send = silent;
  queue.add("401", state("lost"));
  await time.pass(10);
  store.fails = () => false;
  queue.add("402", state("b"));
  await time.pass(3_000);
  queue.halt();
  send = async (events) => server.save(events);
  const next = queueOver();
  await next.resume(1, store.kept());
  next.add("402", state("c"));
  assert.ok(await allSent(next));
  assert.deepEqual(server.counted(1).map((event) => event.payload.response), ["b", "b", "c"]);
  await time.until(() => store.events.size === 0, 100);
  assert.equal(store.events.size, 0);
});

test("what a server lost that had called it durable is sent again unasked", async () => {
  const queue = begun();
  for (let number = 1; number <= 4; number += 1) queue.add("401", state(String(number)));
  assert.ok(await allSent(queue));
  for (const seq of [3, 4]) {
    server.byId.delete(server.log.get(`1:${seq}`).event_id);
    server.log.delete(`1:${seq}`);
  }
  queue.add("401", state("5"));
  await time.pass(5_000);
  assert.deepEqual(server.counted(1).map((event) => event.payload.response), ["1", "2", "3", "4", "5"]);
});

test("what is sent again goes before what was made later", async () => {
  const queue = begun();
  for (let number = 1; number <= 3; number += 1) queue.add("401", state(String(number)));
  assert.ok(await allSent(queue));
  const real = send;
  send = silent;
  queue.add("401", state("4"));
  await time.pass(3_000);
  send = real;
  server.requests.length = 0;
  queue.resend([2]);
  assert.ok(await allSent(queue));
  assert.deepEqual(server.requests.flat(), [2, 4]);
});

test("the digest is the server's, to the byte", async () => {
  const queue = queueOver();
  server.epoch = 3;
  for (const event of server_.events) store.events.set(`${event.epoch}:${event.seq}`, { sitting: 42, ...structuredClone(event) });
  send = silent;
  await queue.resume(3, store.kept());
  assert.equal(await queue.digest(), server_.log_digest);
  send = async (events) => server.save(events);
  queue.kick();
  assert.ok(await allSent(queue));
  assert.equal(await queue.digest(), server_.log_digest);
});

test("a digest that cannot be whole is none", async () => {
  const queue = queueOver();
  await queue.resume(1, { lines: [{ sitting: 42, epoch: 1, seq: 2, event_id: "x", hash: "y" }], states: [] });
  assert.equal(await queue.digest(), null);
});

test("every change is told, and the queue is drained when the server has everything", async () => {
  const queue = begun();
  const states = [];
  queue.onChange(() => states.push(queue.state));
  queue.add("401", state());
  let isDrained = false;
  void drained(queue).then(() => (isDrained = true));
  await allSent(queue);
  await time.until(() => isDrained, 100);
  assert.deepEqual([...new Set(states)], ["unsaved", "machine", "server"]);
  assert.ok(isDrained);
});

test("in memory alone nothing is ever called saved on this machine", async () => {
  store.durable = false;
  send = silent;
  const queue = begun();
  queue.add("401", state());
  await time.pass(5_000);
  assert.equal(queue.state, "unsaved");
});

test("nothing can be recorded where nothing is open", () => {
  assert.throws(() => queueOver().add("401", state()), /nothing is open/);
});
