/** When typing is handed on: not at every key, and not in the middle of a Vietnamese syllable. */

const REST_MS = 1_000;
const EVERY_MS = 5_000;
const PER_CHARACTER_MS = 1; // each time all of it is written down anew: a long text less often than a short one

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

  /**
   * @param {() => void} act hands on what stands there
   * @param {() => number} length of what stands there
   * @param {Timer} [timer]
   */
  constructor(act, length, timer = OURS) {
    this.act = act;
    this.length = length;
    this.timer = timer;
  }

  /** Something was typed. @param {boolean} isComposing a syllable is still being put together */
  typed(isComposing) {
    this.#isComposing = isComposing;
    if (this.#isDue && !isComposing) return this.#handOn();
    if (this.#timer !== null || this.#isDue) return;
    const everyMs = EVERY_MS + PER_CHARACTER_MS * this.length();
    const wait = Math.max(REST_MS, this.#handedOnAt + everyMs - this.timer.now());
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
