/** Waiting: for a while, for about a while, longer after each failure, for the queue. */

/** @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {number} ms somewhat earlier or later, so that players do not march in step */
export function jittered(ms) {
  return ms * (0.85 + 0.3 * Math.random());
}

/** Longer after each failure, jittered so that a room full of players does not come back at one instant. */
export class Backoff {
  #failures = 0;
  /** @type {(() => void) | null} */
  #wake = null;

  /**
   * @param {object} parts
   * @param {number} parts.firstMs
   * @param {number} parts.longestMs
   * @param {(ms: number) => Promise<void>} [parts.wait]
   * @param {() => number} [parts.random]
   */
  constructor({ firstMs, longestMs, wait = pause, random = Math.random }) {
    this.firstMs = firstMs;
    this.longestMs = longestMs;
    this.wait = wait;
    this.random = random;
  }

  reset() {
    this.#failures = 0;
  }

  /** End a running wait now. */
  wake() {
    this.#wake?.();
  }

  async pause() {
    const longest = Math.min(this.longestMs, this.firstMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    /** @type {Promise<void>} */
    const woken = new Promise((resolve) => (this.#wake = resolve));
    await Promise.race([woken, this.wait(longest * (0.5 + this.random() / 2))]);
    this.#wake = null;
  }
}

/**
 * @param {import("./queue.js").EventQueue} queue
 * @returns {Promise<void>} when the server has everything
 */
export function drained(queue) {
  return new Promise((resolve) => {
    const stop = queue.onChange(look);
    look();
    function look() {
      if (queue.pending) return;
      stop();
      resolve();
    }
  });
}
