/** Opening the sitting: by the server's word in a new epoch or, while it is silent, in the one kept here. */

import { Backoff } from "./waits.js";

/** @typedef {import("./api.js").Reply} Reply */
/** @typedef {{said: import("./sealed.js").Opening, form: import("./sealed.js").Form}} Opened */
/** @typedef {{lines: import("./events.js").Line[], states: import("./events.js").Kept[], elapsedMs: number}} KeptLog */

export class Opening {
  /** Whether it is being opened just now. */
  isBusy = false;

  /**
   * @param {object} parts
   * @param {import("./api.js").Api} parts.api
   * @param {import("./clock.js").ServerClock} parts.clock
   * @param {import("./queue.js").EventQueue} parts.queue
   * @param {import("./session.js").Session} parts.session
   * @param {import("./sealed.js").SealedForm} parts.sealed
   * @param {object} acts
   * @param {(opened: Opened) => void} acts.onOpened
   * @param {(reply: Reply) => void} acts.onRefused
   * @param {() => void} acts.onSilence nobody answered
   */
  constructor({ api, clock, queue, session, sealed }, { onOpened, onRefused, onSilence }) {
    this.api = api;
    this.clock = clock;
    this.queue = queue;
    this.session = session;
    this.sealed = sealed;
    this.onOpened = onOpened;
    this.onRefused = onRefused;
    this.onSilence = onSilence;
  }

  /** Take a new epoch, once the server has what earlier ones left here. */
  online() {
    return this.#once(async () => {
      if (!(await this.queue.flushLeftovers())) return;
      await this.session.wipe(); // should the answer get lost, the epoch kept here is perhaps no longer ours
      const reply = await this.api.post("/open", {});
      if (reply.status !== 200) return this.onRefused(reply);
      const said = /** @type {import("./sealed.js").Opening} */ (reply.body);
      const unsealed = await this.sealed.unseal(said);
      const form = unsealed ?? (await this.#paper());
      if (form === null) return; // the next poll tells why
      this.clock.sync(said.clock, reply.sentAt, reply.receivedAt);
      void this.session.keep(said, unsealed ? { sealed: this.sealed.bundle, paper: null } : { sealed: null, paper: form });
      this.queue.begin(said.epoch);
      this.onOpened({ said, form });
    });
  }

  /** After a reload while the server is silent: on with what the page before this one kept, in its epoch. */
  offline() {
    return this.#once(async () => {
      const kept = await this.session.find();
      if (!kept) return;
      this.clock.resume(kept.said.clock, kept.elapsedMs, performance.now());
      await this.queue.resume(kept.said.epoch, kept);
      this.onOpened(kept);
    });
  }

  /** @param {() => Promise<void>} work */
  async #once(work) {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await work();
    } catch (error) {
      console.warn("not opened yet", error);
      this.onSilence();
    } finally {
      this.isBusy = false;
    }
  }

  /** The form in clear: where the browser opens no seals. */
  async #paper() {
    const backoff = new Backoff({ firstMs: 500, longestMs: 10_000 });
    for (;;) {
      try {
        const reply = await this.api.get("/paper");
        if (reply.status === 200) return /** @type {import("./sealed.js").Form} */ (reply.body);
        if (reply.status < 500 && reply.status !== 429) return null;
      } catch {
        this.onSilence();
      }
      await backoff.pause();
    }
  }
}
