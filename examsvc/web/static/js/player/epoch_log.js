/** What one page has numbered in its epoch: what of it the server has counted, and what it never will. */

import { newId } from "./canonical.js";
import { byPlace } from "./events.js";

/** @typedef {import("./events.js").Kept} Kept */
/** @typedef {import("./events.js").Line} Line */

export class EpochLog {
  /** @param {number} epoch 0: nothing is open */
  constructor(epoch) {
    this.epoch = epoch;
    this.seq = 0;
    /** @type {Map<number, Kept>} should the server ask again */
    this.made = new Map();
    /** @type {Map<number, Line>} counted */
    this.lines = new Map();
    /** @type {Set<number>} numbers that never count: kept aside, or refused */
    this.holes = new Set();
    /** @type {Set<number>} those of them that the server has nothing for */
    this.unheld = new Set();
  }

  /**
   * Go on after what an earlier page has made.
   * @param {{lines: Line[], states: Kept[]}} kept
   * @param {Kept[]} waiting
   */
  restore({ lines, states }, waiting) {
    for (const line of lines.filter((one) => one.epoch === this.epoch)) this.lines.set(line.seq, line);
    for (const event of [...states, ...waiting].filter((one) => this.owns(one))) {
      this.made.set(event.seq, event);
      if (event.refused) this.exclude(event, { held: false });
    }
    this.seq = Math.max(0, ...this.lines.keys(), ...this.made.keys());
  }

  /**
   * What to send for a number that the server misses. An event that a crash took before it was stored cannot come
   * back; its number says what the next event says, which changes nothing, so that the log has no gap.
   * @param {number} seq
   * @returns {Kept | undefined}
   */
  missing(seq) {
    const own = this.made.get(seq);
    if (own) return own;
    const next = [...this.made.values()].filter((event) => event.seq > seq && !event.refused).sort(byPlace)[0];
    if (!next) return undefined;
    const standIn = { ...next, seq, event_id: newId() };
    this.made.set(seq, standIn);
    return standIn;
  }

  /** @param {string} itemId @returns {Kept | undefined} the last event of the item in this epoch */
  latest(itemId) {
    const ofItem = [...this.made.values()].filter((event) => event.item_id === itemId);
    return ofItem.sort(byPlace).at(-1);
  }

  /** @param {Kept} event */
  owns(event) {
    return event.epoch === this.epoch;
  }

  /** @param {Kept} event that does not count @param {{held: boolean}} how whether the server holds its number */
  exclude(event, { held }) {
    if (!this.owns(event)) return;
    this.holes.add(event.seq);
    if (!held) this.unheld.add(event.seq);
  }

  /**
   * Whether a counted event needs no copy here: below the server's contiguous mark. Where that mark stands before a
   * number that was refused it comes no further; there the server's word on the event holds.
   * @param {Kept} event
   * @param {number} durableThrough
   */
  isSafe(event, durableThrough) {
    return event.seq <= durableThrough || this.unheld.has(durableThrough + 1);
  }

  /**
   * The digest's text as the server writes it.
   * @param {Line[]} waiting lines of events under way
   * @returns {string | null} null: a line is not known here
   */
  text(waiting) {
    const lines = new Map([...this.lines.values(), ...waiting].map((line) => [line.seq, line]));
    const counted = [...lines.values()].filter((line) => !this.holes.has(line.seq));
    if (counted.length + this.holes.size < this.seq || counted.some((line) => line.hash === null)) return null;
    counted.sort((one, other) => one.seq - other.seq);
    return counted.map((line) => `${line.epoch}:${line.seq}:${line.event_id}:${line.hash}`).join("\n");
  }
}
