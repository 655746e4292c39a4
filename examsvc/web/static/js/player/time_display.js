/** The clocks on the screen: shown and read out at thresholds; at zero the server is asked, nothing is decided. */

import { clockText, crossed } from "./clock.js";
import { byId } from "./paper.js";
import { config, say } from "./texts.js";
import { pause } from "./waits.js";

const LOW_MS = 300_000;
const ASLEEP_MS = 5_000;
const CLOCK_TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export class TimeDisplay {
  #lastMs = Infinity;
  #lastSectionMs = Infinity;
  #lastTickAt = Infinity;
  #isStarting = false;

  /**
   * @param {object} parts
   * @param {import("./clock.js").ServerClock} parts.clock
   * @param {() => boolean} parts.isWaiting whether the common start lies ahead
   * @param {() => void} parts.onDue a time has run out, or this machine has slept: the server knows what is so
   * @param {(words: string) => void} parts.onLeft so much is left: to be shown and read out, the timer hidden or not
   */
  constructor({ clock, isWaiting, onDue, onLeft }) {
    this.clock = clock;
    this.isWaiting = isWaiting;
    this.onDue = onDue;
    this.onLeft = onLeft;
  }

  /** A threshold may be passed once more. */
  restart() {
    this.#lastMs = this.#lastSectionMs = Infinity;
  }

  /** The time was changed. @param {string} deadline @returns {string} what to say of it */
  changed(deadline) {
    this.restart();
    return say("time.extended", { time: inWords(deadline, CLOCK_TIME) });
  }

  /**
   * @param {number} now on the monotonic clock
   * @param {(number | null)[] | null} limitsS of the sections; null: nothing is open
   */
  tick(now, limitsS) {
    if (now - this.#lastTickAt > ASLEEP_MS) this.onDue();
    this.#lastTickAt = now;
    this.#showStart(now);
    if (this.isWaiting() && this.clock.untilStartMs(now) <= 0) void this.#start();
    if (!limitsS) return;
    this.#showRest(this.clock.remainingMs(now));
    this.#showSection(this.clock.sectionAt(now, limitsS).remainingMs);
  }

  /** The common start, which may be moved while one waits. @param {number} now */
  #showStart(now) {
    const { reading } = this.clock;
    const left = reading ? this.clock.untilStartMs(now) : 0;
    const [days, hours] = [Math.floor(left / DAY_MS), Math.floor((left % DAY_MS) / HOUR_MS)];
    byId("countdown").textContent = !reading ? "–" : days ? say("time.days", { days, hours }) : clockText(left);
    if (!reading || !this.isWaiting()) return;
    showInstant("starts-at", reading.starts_at);
    showInstant("window-ends-at", reading.window_ends_at);
  }

  /** @param {number} remaining */
  #showRest(remaining) {
    byId("time").textContent = clockText(remaining);
    byId("time-box").dataset.low = String(remaining <= LOW_MS);
    if (Number.isFinite(this.#lastMs)) {
      const [limit] = crossed(config.announceAtS, this.#lastMs, remaining).slice(-1);
      if (limit) this.onLeft(limit === 60 ? say("time.left_one") : say("time.left", { minutes: Math.round(limit / 60) }));
      if (remaining <= 0 && this.#lastMs > 0) this.onDue();
    }
    this.#lastMs = remaining;
  }

  /** @param {number | null} remaining */
  #showSection(remaining) {
    const line = byId("section-time");
    if (!line) return;
    line.hidden = remaining === null;
    if (remaining === null) return;
    line.textContent = say("time.section_left", { time: clockText(remaining) });
    const isNext = remaining > this.#lastSectionMs;
    if (isNext || (remaining <= 0 && this.#lastSectionMs > 0)) this.onDue();
    this.#lastSectionMs = remaining;
  }

  /** Everybody starts at one instant; asking may spread over some tenths of a second. */
  async #start() {
    if (this.#isStarting) return;
    this.#isStarting = true;
    await pause(600 * Math.random());
    this.onDue();
    setTimeout(() => (this.#isStarting = false), 1_000);
  }
}

/** Where the server has moved it since the page was made. @param {string} id @param {string} at */
function showInstant(id, at) {
  const place = byId(id);
  if (!place || Date.parse(place.dataset.at) === Date.parse(at)) return;
  place.dataset.at = at;
  place.textContent = inWords(at, { ...CLOCK_TIME, day: "numeric", month: "numeric", year: "numeric" });
}

/** An instant by the clock of the exam. @param {string} at @param {object} format */
function inWords(at, format) {
  const options = /** @type {any} */ ({ ...format, timeZone: config.timeZone });
  return new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date(at));
}
