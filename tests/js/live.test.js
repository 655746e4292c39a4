/** A change is heard of by the channel or, without it, by asking often; never by loading the page anew. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Watch } from "../../examsvc/web/static/js/player/live.js";
import { Time, seeded } from "./world.js";

let time, asked, sources, goesOn;

beforeEach(() => {
  time = new Time();
  asked = [];
  sources = [];
  goesOn = true;
});

function watching({ url = null, isUrgent = () => false } = {}) {
  const watch = new Watch({
    url,
    isUrgent,
    ask: async () => void asked.push(time.now),
    connect: () => {
      const source = { isClosed: false, close: () => (source.isClosed = true) };
      sources.push(source);
      return source;
    },
    wait: time.wait,
    random: seeded(7),
  });
  void watch.run(() => goesOn);
  return watch;
}

function gaps(from = 0) {
  const since = asked.filter((at) => at >= from);
  return since.slice(1).map((at, index) => at - since[index]);
}

test("without a channel the clock is asked at least every 3 seconds, not in step", async () => {
  watching();
  await time.pass(120_000);
  assert.ok(Math.max(...gaps()) < 2_800);
  assert.ok(Math.min(...gaps()) > 1_900);
  assert.ok(new Set(gaps().map(Math.round)).size > 10);
});

test("with the channel open it is asked seldom, and at once when the channel speaks", async () => {
  watching({ url: "/live/x" });
  await time.pass(1);
  sources[0].onopen();
  await time.pass(60_000);
  assert.ok(Math.min(...gaps(3_000)) > 12_000);
  const before = asked.length;
  sources[0].onmessage({ data: "" });
  await time.until(() => asked.length > before, 0);
  assert.equal(asked.length, before + 1);
});

test("a word during a question asks once more, for the answer may be older than the word", async () => {
  let answer;
  const watch = new Watch({
    url: null,
    ask: () => new Promise((resolve) => asked.push((answer = resolve))),
    wait: time.wait,
    random: seeded(1),
  });
  void watch.run(() => goesOn);
  await time.pass(1);
  watch.soon();
  watch.soon();
  assert.equal(asked.length, 1);
  answer();
  await time.pass(1);
  assert.equal(asked.length, 2);
});

test("when the channel breaks the clock is asked at once and then often, and the channel is tried ever more rarely", async () => {
  watching({ url: "/live/x" });
  await time.pass(1);
  sources[0].onopen();
  await time.pass(30_000);
  const broken = time.now;
  const before = asked.length;
  sources[0].onerror();
  await time.until(() => asked.length > before, 0);
  assert.equal(asked.length, before + 1);
  assert.ok(sources[0].isClosed);
  for (let tries = 0; tries < 200; tries += 1) {
    await time.pass(1_000);
    const last = sources.at(-1);
    if (!last.isClosed) last.onerror();
  }
  assert.ok(Math.max(...gaps(broken)) < 3_000);
  assert.ok(sources.length >= 5 && sources.length <= 14, `${sources.length} tries in 200 s`);
});

test("a channel that comes back is trusted again, after one question for what it did not say", async () => {
  watching({ url: "/live/x" });
  await time.pass(1);
  sources[0].onerror();
  await time.until(() => sources.length === 2, 10_000);
  const before = asked.length;
  sources[1].onopen();
  await time.until(() => asked.length > before, 0);
  const back = time.now;
  await time.pass(60_000);
  assert.ok(Math.min(...gaps(back + 1)) > 12_000);
});

test("while an answer is awaited it is asked often, channel or not", async () => {
  let isUrgent = true;
  watching({ url: "/live/x", isUrgent: () => isUrgent });
  await time.pass(1);
  sources[0].onopen();
  await time.pass(30_000);
  assert.ok(Math.max(...gaps()) < 3_000);
});

test("an end of watching closes the channel", async () => {
  watching({ url: "/live/x" });
  await time.pass(1);
  goesOn = false;
  await time.pass(20_000);
  assert.ok(sources[0].isClosed);
});
