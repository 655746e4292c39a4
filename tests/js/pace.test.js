/** Typing is handed on while it goes on, but not at every key, and never in the middle of a syllable. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Pace } from "../../examsvc/web/static/js/player/interactions/pace.js";

/** A clock that is only told. */
class Hands {
  ms = 0;
  /** @type {{act: () => void, at: number}[]} */
  waiting = [];
  now = () => this.ms;
  later = (/** @type {() => void} */ act, /** @type {number} */ ms) => {
    const one = { act, at: this.ms + ms };
    this.waiting.push(one);
    return one;
  };
  cancel = (/** @type {any} */ one) => (this.waiting = this.waiting.filter((other) => other !== one));

  /** @param {number} ms */
  pass(ms) {
    this.ms += ms;
    for (const one of this.waiting.filter(({ at }) => at <= this.ms)) {
      this.cancel(one);
      one.act();
    }
  }
}

function typist(length = 0) {
  const hands = new Hands();
  /** @type {number[]} */
  const handedOn = [];
  return { hands, handedOn, pace: new Pace(() => handedOn.push(hands.ms), () => length, hands) };
}

test("steady typing is handed on after a second, and then every five", () => {
  const { hands, handedOn, pace } = typist();
  for (let key = 0; key < 160; key += 1) {
    pace.typed(false);
    hands.pass(100);
  }
  assert.deepEqual(handedOn, [1_000, 6_000, 11_000, 16_000]);
});

test("a long text is handed on less often, for each time all of it is", () => {
  const { hands, handedOn, pace } = typist(20_000);
  for (let key = 0; key < 300; key += 1) {
    pace.typed(false);
    hands.pass(100);
  }
  assert.deepEqual(handedOn, [1_000, 26_000]);
});

test("where nothing is typed nothing is handed on", () => {
  const { hands, handedOn } = typist();
  hands.pass(60_000);
  assert.deepEqual(handedOn, []);
});

test("a syllable that is being put together is waited for", () => {
  const { hands, handedOn, pace } = typist();
  pace.typed(true);
  hands.pass(9_000);
  pace.typed(true);
  assert.deepEqual(handedOn, []);
  pace.typed(false);
  assert.deepEqual(handedOn, [9_000]);
});

test("what was handed on otherwise is not handed on again", () => {
  const { hands, handedOn, pace } = typist();
  pace.typed(false);
  pace.stop();
  hands.pass(60_000);
  assert.deepEqual(handedOn, []);
  pace.typed(false);
  hands.pass(1_000);
  assert.deepEqual(handedOn, [61_000]);
});
