/** When typing is handed on: not at every key, and not in the middle of a Vietnamese syllable. */

const REST_MS = 1_000;
const EVERY_MS = 5_000;

/**
 * @typedef {object} Timer
 * @property {() => number} now
 * @property {(act: () => void, ms: number) => unknown} later
 * @property {(timer: any) => void} cancel
 */

/** @type {Timer} */
const OURS = { now: () => performance.now(), later: (act, ms) => setTimeout(act, ms), cancel: (timer) => clearTimeout(timer) };

export class Pace {
  /** @type {unknown} */
  #timer = null;
  #handedOnAt = -Infinity;
  #isComposing = false;
  #isDue = false;

  /** @param {() => void} act hands on what stands there @param {Timer} [timer] */
  constructor(act, timer = OURS) {
    this.act = act;
    this.timer = timer;
  }

  /** Something was typed. @param {boolean} isComposing a syllable is still being put together */
  typed(isComposing) {
    this.#isComposing = isComposing;
    if (this.#isDue && !isComposing) return this.#handOn();
    if (this.#timer !== null || this.#isDue) return;
    const wait = Math.max(REST_MS, this.#handedOnAt + EVERY_MS - this.timer.now());
    this.#timer = this.timer.later(() => this.#onTime(), wait);
  }

  /** Nothing more is due: it was handed on otherwise. */
  stop() {
    this.timer.cancel(this.#timer);
    this.#timer = null;
    this.#isDue = false;
    this.#handedOnAt = this.timer.now();
  }

  #onTime() {
    this.#timer = null;
    this.#isDue = true;
    if (!this.#isComposing) this.#handOn();
  }

  #handOn() {
    this.stop();
    this.act();
  }
}
