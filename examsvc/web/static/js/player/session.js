/** What a page needs to go on after a reload while offline: kept at the opening, found by the next page. */

import { unseal } from "./sealed.js";

/** @typedef {import("./events.js").ItemState} ItemState */

const CLOCK_EVERY_MS = 10_000;

export class Session {
  #clockKeptAt = -Infinity;

  /** @param {import("./storage.js").Store} storage @param {number} sitting @param {number} owner the account that sits it */
  constructor(storage, sitting, owner) {
    this.storage = storage;
    this.sitting = sitting;
    this.owner = owner;
  }

  /**
   * A new epoch was opened here.
   * @param {import("./sealed.js").Opening} said
   * @param {{sealed: ArrayBuffer | null, paper: import("./sealed.js").Form | null}} form
   */
  async keep(said, { sealed, paper }) {
    await quietly(this.storage.keepOpened({ sitting: this.sitting, owner: this.owner, epoch: said.epoch, kept_at: Date.now(), said, sealed, paper }));
  }

  /**
   * The clock as it was heard; not at every word, for each write is one to the disk.
   * @param {import("./clock.js").Reading} reading
   * @param {boolean} changed
   */
  async keepClock(reading, changed) {
    if (!changed && performance.now() - this.#clockKeptAt < CLOCK_EVERY_MS) return;
    this.#clockKeptAt = performance.now();
    await quietly(this.storage.keepClock({ sitting: this.sitting, reading, kept_at: Date.now() }));
  }

  /**
   * What an earlier page left: everything as it was when it stopped.
   * @returns {Promise<import("./opening.js").Opened & import("./opening.js").KeptLog | null>}
   */
  async find() {
    const kept = await this.storage.find(this.sitting);
    if (!kept) return null;
    const { opened, states, lines } = kept;
    const form = opened.paper ?? (opened.sealed && (await unseal(opened.sealed, opened.said)));
    if (!form) return null;
    const clock = kept.clock ?? { reading: opened.said.clock, kept_at: opened.kept_at };
    const own = states.filter((event) => event.epoch === opened.epoch);
    const touched = new Set(own.map((event) => event.item_id));
    const numbers = form.items.filter((item) => touched.has(item.item_id)).map((item) => item.number);
    return {
      said: {
        ...opened.said,
        clock: clock.reading,
        responses: { ...opened.said.responses, ...Object.fromEntries(own.map(({ item_id, payload }) => [item_id, payload])) },
        reached: Math.max(opened.said.reached ?? 0, ...numbers),
      },
      form,
      elapsedMs: Date.now() - clock.kept_at,
      lines,
      states: own,
    };
  }

  /** Forget the form, its key, the responses; what the server has not got yet stays in the queue's store. */
  async wipe() {
    await quietly(this.storage.wipe(this.sitting));
  }
}

/** @param {Promise<void>} writing a store that fails takes the comfort of a reload, and nothing else */
async function quietly(writing) {
  try {
    await writing;
  } catch (error) {
    console.warn("not kept on this machine", error);
  }
}
