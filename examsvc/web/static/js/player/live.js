/** Hearing of changes: the live channel's word means "ask the clock now"; without it the clock is asked often. */

import { Backoff, pause } from "./waits.js";

/**
 * @typedef {object} Source what is used of an EventSource
 * @property {((event: any) => void) | null} onopen
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onerror
 * @property {() => void} close
 */

const OFTEN_MS = 2_300; // with jitter and the way there and back, a change is seen within 3 s
const SELDOM_MS = 15_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

export class Watch {
  /** @type {Source | null} */
  #source = null;
  #isLive = false;
  #isAsked = false;
  /** @type {(() => void) | null} */
  #wake = null;

  /**
   * @param {object} parts
   * @param {string | null} parts.url of the live channel; null: there is none
   * @param {() => Promise<unknown>} parts.ask one reading of the clock; never rejects
   * @param {() => boolean} [parts.isUrgent] whether an answer of the server is awaited now, channel or not
   * @param {(url: string) => Source} [parts.connect]
   * @param {(ms: number) => Promise<void>} [parts.wait]
   * @param {() => number} [parts.random]
   */
  constructor({ url, ask, isUrgent = () => false, connect = openSource, wait = pause, random = Math.random }) {
    this.url = url;
    this.ask = ask;
    this.isUrgent = isUrgent;
    this.connect = connect;
    this.wait = wait;
    this.random = random;
    this.backoff = new Backoff({ firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS, wait, random });
  }

  /** How long until the next question, if nothing calls for one before. */
  get intervalMs() {
    return (this.#isLive && !this.isUrgent() ? SELDOM_MS : OFTEN_MS) * (0.88 + 0.24 * this.random());
  }

  /** Ask for as long as `goesOn`. @param {() => boolean} [goesOn] */
  async run(goesOn = () => true) {
    this.#listen();
    while (goesOn()) {
      this.#isAsked = false;
      await this.ask();
      if (this.#isAsked) continue;
      /** @type {Promise<void>} */
      const woken = new Promise((resolve) => (this.#wake = resolve));
      await Promise.race([woken, this.wait(this.intervalMs)]);
    }
    this.#source?.close();
  }

  /** Ask now; a question under way may have been answered too early, so that one more follows it. */
  soon() {
    this.#isAsked = true;
    this.#wake?.();
  }

  #listen() {
    if (!this.url) return;
    const source = this.connect(this.url);
    this.#source = source;
    source.onopen = () => {
      this.backoff.reset();
      this.#isLive = true;
      this.soon(); // what was said before it opened was not heard
    };
    source.onmessage = () => this.soon();
    source.onerror = () => {
      source.close(); // its own retry gives up after some errors, and comes in step with everybody's
      if (this.#source === source) void this.#retry();
    };
  }

  async #retry() {
    this.#source = null;
    if (this.#isLive) this.soon();
    this.#isLive = false;
    await this.backoff.pause();
    this.#listen();
  }
}

/** @param {string} url @returns {Source} */
function openSource(url) {
  return new EventSource(url);
}
