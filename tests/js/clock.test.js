/** The clock counts on the server's word and on nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerClock, clockText, crossed } from "../../examsvc/web/static/js/player/clock.js";

const OPEN = {
  server_time: "2026-03-02T08:00:00+00:00",
  starts_at: "2026-03-02T08:00:00+00:00",
  deadline_at: "2026-03-02T09:00:00+00:00",
  until_start_ms: 0,
  remaining_ms: 3_600_000,
  phase: "open",
  state: "open",
  epoch: 1,
  paused: false,
  section: 1,
  section_remaining_ms: null,
};

function synced(reading, at = 0) {
  const clock = new ServerClock();
  clock.sync({ ...OPEN, ...reading }, at, at);
  return clock;
}

test("before the first reply there is no time left, and the start is nowhere", () => {
  const clock = new ServerClock();
  assert.equal(clock.remainingMs(99), 0);
  assert.equal(clock.untilStartMs(99), Infinity);
});

test("time runs by the monotonic clock alone", (t) => {
  const clock = synced({});
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 86_400_000 }); // a day ahead, all at once
  assert.equal(clock.remainingMs(10_000), 3_590_000);
});

test("half the round trip is counted as spent on the way back", () => {
  const clock = new ServerClock();
  clock.sync(OPEN, 1_000, 3_000);
  assert.equal(clock.remainingMs(3_000), 3_599_000);
});

test("the time does not run before the common start", () => {
  const clock = synced({ phase: "waiting", until_start_ms: 5_000 });
  assert.equal(clock.untilStartMs(2_000), 3_000);
  assert.equal(clock.remainingMs(4_000), 3_600_000);
  assert.equal(clock.remainingMs(6_000), 3_599_000);
});

test("an extension is a change of time, and shown at once", () => {
  const clock = synced({});
  const later = { ...OPEN, deadline_at: "2026-03-02T09:10:00+00:00", remaining_ms: 4_100_000 };
  assert.deepEqual(clock.sync(later, 100_000, 100_000), { time: true, paused: false, section: false });
  assert.equal(clock.remainingMs(100_000), 4_100_000);
});

test("time taken back is a change of time too", () => {
  const clock = synced({});
  const sooner = { ...OPEN, deadline_at: "2026-03-02T08:50:00+00:00", remaining_ms: 3_000_000 };
  assert.equal(clock.sync(sooner, 0, 0).time, true);
});

test("a pause stands still, and its moving deadline is no extension", () => {
  const clock = synced({});
  const paused = { ...OPEN, paused: true, remaining_ms: 3_590_000, deadline_at: "2026-03-02T09:00:01+00:00" };
  assert.deepEqual(clock.sync(paused, 12_000, 12_000), { time: false, paused: true, section: false });
  assert.equal(clock.remainingMs(500_000), 3_590_000);
  const still = { ...paused, deadline_at: "2026-03-02T09:05:00+00:00" };
  assert.deepEqual(clock.sync(still, 300_000, 300_000), { time: false, paused: false, section: false });
  const on = { ...still, paused: false, remaining_ms: 3_588_000 };
  assert.deepEqual(clock.sync(on, 302_000, 302_000), { time: false, paused: true, section: false });
  assert.equal(clock.remainingMs(303_000), 3_587_000);
});

test("an extension during a pause is seen", () => {
  const clock = synced({ paused: true });
  const more = { ...OPEN, paused: true, deadline_at: "2026-03-02T09:12:00+00:00", remaining_ms: 4_200_000 };
  assert.equal(clock.sync(more, 9_000, 9_000).time, true);
});

test("a reply that was overtaken on its way changes nothing", () => {
  const clock = synced({}, 5_000);
  const old = { ...OPEN, deadline_at: "2026-03-02T08:30:00+00:00", remaining_ms: 1 };
  assert.deepEqual(clock.sync(old, 1_000, 9_000), { time: false, paused: false, section: false });
  assert.equal(clock.remainingMs(5_000), 3_600_000);
});

test("zero is shown and decides nothing: the reading's phase stays the server's", () => {
  const clock = synced({ remaining_ms: 1_000 });
  assert.equal(clock.remainingMs(90_000), 0);
  assert.equal(clock.reading.phase, "open");
});

test("a section's rest is counted, stands still in a pause, and is null without a limit", () => {
  assert.deepEqual(synced({}).sectionAt(9_000, [null]), { section: 1, remainingMs: null });
  const timed = { section: 2, section_remaining_ms: 60_000 };
  assert.deepEqual(synced(timed).sectionAt(9_000, [60, 60, 60]), { section: 2, remainingMs: 51_000 });
  assert.deepEqual(synced({ ...timed, paused: true }).sectionAt(9_000, [60, 60]), { section: 2, remainingMs: 60_000 });
});

test("while the server is silent the count goes on into the next sections and stops in the last", () => {
  const clock = synced({ section: 1, section_remaining_ms: 10_000 });
  assert.deepEqual(clock.sectionAt(12_000, [600, 20, 30]), { section: 2, remainingMs: 18_000 });
  assert.deepEqual(clock.sectionAt(35_000, [600, 20, 30]), { section: 3, remainingMs: 25_000 });
  assert.deepEqual(clock.sectionAt(999_000, [600, 20, 30]), { section: 3, remainingMs: 0 });
});

test("another section is a change", () => {
  const clock = synced({ section: 1, section_remaining_ms: 1_000 });
  assert.equal(clock.sync({ ...OPEN, section: 2, section_remaining_ms: 9_000 }, 1_500, 1_500).section, true);
});

test("a page that goes on from a kept reading counts what has passed since", () => {
  const clock = new ServerClock();
  clock.resume(OPEN, 60_000, 1_000);
  assert.equal(clock.remainingMs(1_000), 3_540_000);
  assert.equal(clock.sync({ ...OPEN, remaining_ms: 3_500_000 }, 2_000, 2_000).time, false);
  assert.equal(clock.remainingMs(2_000), 3_500_000);
});

test("a wall clock that was put back gives no time", () => {
  const clock = new ServerClock();
  clock.resume(OPEN, -86_400_000, 1_000);
  assert.equal(clock.remainingMs(1_000), 3_600_000);
});

test("a threshold is crossed once, and several at one stride are all named", () => {
  assert.deepEqual(crossed([600, 300, 60], 301_000, 300_000), [300]);
  assert.deepEqual(crossed([600, 300, 60], 300_000, 299_000), []);
  assert.deepEqual(crossed([600, 300, 60], 700_000, 30_000), [600, 300, 60]);
});

test("a begun second is shown whole, so that 0:00 means none is left", () => {
  assert.equal(clockText(1), "0:01");
  assert.equal(clockText(0), "0:00");
  assert.equal(clockText(59_999), "1:00");
  assert.equal(clockText(3_661_000), "1:01:01");
});
