/** The server's time, counted on between its replies by the machine's monotonic clock; it decides nothing. */

/**
 * @typedef {object} Reading the clock as the server gives it
 * @property {string} server_time
 * @property {string} starts_at
 * @property {string} deadline_at
 * @property {number} until_start_ms
 * @property {number} remaining_ms
 * @property {"waiting"|"open"|"grace"|"over"} phase
 * @property {string} state
 * @property {number} epoch
 */

export class ServerClock {
  constructor() {
    /** @type {Reading | null} */
    this.reading = null;
    this.anchoredAt = 0;
  }

  /**
   * Take a reply's time; half the round trip is counted as spent on the way back.
   * @param {Reading} reading
   * @param {number} sentAt when the request left, on performance.now()
   * @param {number} receivedAt when the reply was here
   * @returns {boolean} whether the deadline moved (somebody granted or took back time)
   */
  sync(reading, sentAt, receivedAt) {
    const moved = this.reading !== null && this.reading.deadline_at !== reading.deadline_at;
    this.reading = reading;
    this.anchoredAt = receivedAt - Math.max(0, receivedAt - sentAt) / 2;
    return moved;
  }

  /** @param {number} now performance.now() */
  remainingMs(now) {
    if (this.reading === null) return 0;
    const working = Math.max(0, now - this.anchoredAt - this.reading.until_start_ms);
    return Math.max(0, this.reading.remaining_ms - working);
  }

  /** @param {number} now performance.now() */
  untilStartMs(now) {
    if (this.reading === null) return Infinity;
    return Math.max(0, this.reading.until_start_ms - (now - this.anchoredAt));
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
