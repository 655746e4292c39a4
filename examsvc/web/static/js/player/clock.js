/** The server's time, counted on between its replies by the machine's monotonic clock; it decides nothing. */

/**
 * @typedef {object} Reading the clock as the server gives it
 * @property {string} server_time
 * @property {string} starts_at
 * @property {string} deadline_at
 * @property {string} window_ends_at
 * @property {number} until_start_ms
 * @property {number} remaining_ms
 * @property {"waiting"|"open"|"grace"|"over"} phase
 * @property {string} state
 * @property {number} epoch
 * @property {boolean} [paused] the remaining time stands still
 * @property {number} [section] the current one, from 1
 * @property {number | null} [section_remaining_ms] null: the section has no limit of its own
 */

/**
 * @typedef {object} Change what a reading said that the one before it did not
 * @property {boolean} time somebody granted or took back time
 * @property {boolean} paused the clock was stopped, or goes on
 * @property {boolean} section another section is current
 */

const NOISE_MS = 1_000;
// Around a pause this clock ran on, or stood still, until it heard of it: up to one polling interval and its retries.
const PAUSE_NOISE_MS = 30_000;
/** @type {Change} */
const NOTHING = { time: false, paused: false, section: false };

export class ServerClock {
  constructor() {
    /** @type {Reading | null} */
    this.reading = null;
    this.anchoredAt = 0;
    this.askedAt = -Infinity;
  }

  /**
   * Take a reply's time; half the round trip is counted as spent on the way back.
   * @param {Reading} reading
   * @param {number} sentAt when the request left, on the monotonic clock
   * @param {number} receivedAt when the reply was here
   * @returns {Change}
   */
  sync(reading, sentAt, receivedAt) {
    if (sentAt < this.askedAt) return NOTHING; // overtaken on the way: a later request was already answered
    const before = this.reading;
    const anchor = receivedAt - Math.max(0, receivedAt - sentAt) / 2;
    const expected = this.remainingMs(anchor);
    this.reading = reading;
    this.anchoredAt = anchor;
    this.askedAt = sentAt;
    if (before === null) return NOTHING;
    const noise = before.paused || reading.paused ? PAUSE_NOISE_MS : NOISE_MS;
    return {
      time: before.deadline_at !== reading.deadline_at && Math.abs(reading.remaining_ms - expected) > noise,
      paused: Boolean(before.paused) !== Boolean(reading.paused),
      section: (before.section ?? 1) !== (reading.section ?? 1),
    };
  }

  /**
   * Go on from a reading that an earlier page of this browser kept; the first reply of the server replaces it.
   * @param {Reading} reading
   * @param {number} elapsedMs since then, by the clock on the wall: shown, never decisive
   * @param {number} now on the monotonic clock
   */
  resume(reading, elapsedMs, now) {
    this.reading = reading;
    this.anchoredAt = now - Math.max(0, elapsedMs);
  }

  get isPaused() {
    return Boolean(this.reading?.paused);
  }

  /** @param {number} now */
  remainingMs(now) {
    if (this.reading === null) return 0;
    return Math.max(0, this.reading.remaining_ms - this.#workedMs(now));
  }

  /** @param {number} now */
  untilStartMs(now) {
    if (this.reading === null) return Infinity;
    return Math.max(0, this.reading.until_start_ms - (now - this.anchoredAt));
  }

  /**
   * The section and what is left of it. Where the server is silent the count goes on into the next ones, so that
   * nobody waits before a section that is over; the server's next word replaces the guess.
   * @param {number} now
   * @param {(number | null)[]} limitsS of all sections, from the first
   * @returns {{section: number, remainingMs: number | null}}
   */
  sectionAt(now, limitsS) {
    let section = this.reading?.section ?? 1;
    const left = this.reading?.section_remaining_ms ?? null;
    if (left === null) return { section, remainingMs: null };
    let remainingMs = left - this.#workedMs(now);
    while (remainingMs <= 0 && section < limitsS.length) {
      remainingMs += (limitsS[section] ?? 0) * 1000; // index `section` is the next one's
      section += 1;
    }
    return { section, remainingMs: Math.max(0, remainingMs) };
  }

  /** @param {number} now @returns {number} of the candidate's time, since the reading */
  #workedMs(now) {
    if (this.reading === null || this.reading.paused) return 0;
    return Math.max(0, now - this.anchoredAt - this.reading.until_start_ms);
  }
}

/**
 * Thresholds (seconds left) that were passed while the time fell from `before` to `after`.
 * @param {number[]} thresholdsS
 * @param {number} beforeMs
 * @param {number} afterMs
 */
export function crossed(thresholdsS, beforeMs, afterMs) {
  return thresholdsS.filter((limit) => afterMs <= limit * 1000 && limit * 1000 < beforeMs);
}

/**
 * m:ss, or h:mm:ss from an hour on; a begun second is shown whole, so that 0:00 means none is left.
 * @param {number} ms
 */
export function clockText(ms) {
  const total = Math.ceil(ms / 1000);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const ss = String(s).padStart(2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${ss}` : `${m}:${ss}`;
}
