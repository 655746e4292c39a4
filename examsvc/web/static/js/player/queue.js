/** Events on their way to the server: kept until it says that they are durable, sent again until then. */

/** @typedef {import("./storage.js").Kept} Kept */
/** @typedef {"unsaved" | "machine" | "server" | "refused"} SaveState */

const BATCH = 50;
const FIRST_PAUSE_MS = 800;
const LONGEST_PAUSE_MS = 20_000;
const STORED = new Set(["accepted", "duplicate", "quarantined", "late"]);

export class EventQueue extends EventTarget {
  /** @type {Kept[]} in the order of the log */
  #waiting = [];
  /** @type {Set<string>} ids of events that this machine's store holds */
  #onMachine = new Set();
  /** @type {Map<string, Kept>} every event of this epoch: for the digest, and should the server ask again */
  #made = new Map();
  #epoch = 0;
  #seq = 0;
  #failures = 0;
  #running = false;
  #halted = false;
  /** @type {(() => void) | null} */
  #wake = null;

  /**
   * @param {object} parts
   * @param {number} parts.sitting
   * @param {import("./storage.js").BrowserStorage | import("./storage.js").MemoryStorage} parts.storage
   * @param {(events: object[]) => Promise<import("./api.js").Reply>} parts.send
   */
  constructor({ sitting, storage, send }) {
    super();
    this.sitting = sitting;
    this.storage = storage;
    this.send = send;
  }

  get finalSeq() {
    return this.#seq;
  }

  /** How many events the server has not made durable yet. */
  get pending() {
    return this.#waiting.filter((event) => !event.refused).length;
  }

  /** Take up what an earlier page of this browser left behind. */
  async load() {
    const known = new Set(this.#waiting.map((event) => event.event_id));
    for (const event of await this.storage.list(this.sitting)) {
      this.#onMachine.add(event.event_id);
      if (!known.has(event.event_id)) this.#waiting.push(event);
    }
    this.#waiting.sort((one, other) => one.epoch - other.epoch || one.seq - other.seq);
  }

  /** @param {number} epoch from now on events are numbered anew in this one */
  begin(epoch) {
    this.#epoch = epoch;
    this.#seq = 0;
    this.#made.clear();
    this.#halted = false;
    this.kick();
  }

  /** Send nothing more until an epoch is begun or the leftovers are asked for; what waits is kept. */
  halt() {
    this.#halted = true;
  }

  /**
   * Record an act. It is sent at once, and counts as saved only when told so.
   * @param {string} itemId
   * @param {{option?: string | null, flagged?: boolean}} payload
   */
  add(itemId, payload) {
    this.#seq += 1;
    /** @type {Kept} */
    const event = {
      sitting: this.sitting,
      epoch: this.#epoch,
      seq: this.#seq,
      event_id: uuid(),
      item_id: itemId,
      payload,
      client_ms: Date.now(),
    };
    this.#waiting.push(event);
    this.#made.set(event.event_id, event);
    this.#keep(event);
    this.#changed();
    this.kick();
  }

  /** @param {Kept} event */
  async #keep(event) {
    try {
      await this.storage.put(event);
    } catch (error) {
      console.warn("not kept on this machine", error);
      return;
    }
    if (this.storage.durable) this.#onMachine.add(event.event_id);
    if (!this.#waiting.includes(event)) await this.#forget([event]); // the server was faster
    this.#changed();
  }

  /** @param {string} itemId @returns {SaveState} */
  stateOf(itemId) {
    return this.#worst(this.#waiting.filter((event) => event.item_id === itemId));
  }

  /** @returns {SaveState} of everything together */
  get state() {
    return this.#worst(this.#waiting);
  }

  /** @param {Kept[]} events @returns {SaveState} */
  #worst(events) {
    if (events.some((event) => event.refused)) return "refused";
    if (events.some((event) => !this.#onMachine.has(event.event_id))) return "unsaved";
    return events.length ? "machine" : "server";
  }

  /** Send what waits; a running pause is cut short. */
  kick() {
    this.#wake?.();
    if (!this.#running && !this.#halted) void this.#run();
  }

  async #run() {
    this.#running = true;
    try {
      while (!this.#halted && this.pending) {
        if (!(await this.#sendOnce())) await this.#pause();
      }
    } finally {
      this.#running = false;
    }
  }

  /**
   * Send events of earlier epochs, before a new epoch makes them count no more.
   * @returns {Promise<boolean>} whether the server has judged them all
   */
  async flushLeftovers() {
    await this.load();
    for (;;) {
      const batch = this.#waiting.filter((event) => !event.refused).slice(0, BATCH);
      if (!batch.length) return true;
      const reply = await this.#post(batch);
      if (reply === null) return false;
      const stored = batch.filter((event) => STORED.has(reply.body?.outcomes?.[event.event_id]));
      await this.#forget(stored);
      if (!stored.length && !this.#markRefused(reply, batch)) return true; // it wants none of them
    }
  }

  /** @returns {Promise<boolean>} whether it was of any use */
  async #sendOnce() {
    const batch = this.#waiting.filter((event) => !event.refused).slice(0, BATCH);
    const reply = await this.#post(batch);
    if (reply === null) return false;
    if (reply.status === 422) return this.#markRefused(reply, batch);
    const durable = batch.filter((event) => isDurable(event, reply.body, this.#epoch));
    await this.#forget(durable);
    if (durable.length) this.#failures = 0;
    return durable.length > 0;
  }

  /** @param {Kept[]} batch @returns {Promise<import("./api.js").Reply | null>} null: nobody answered */
  async #post(batch) {
    try {
      const reply = await this.send(batch.map(wire));
      this.dispatchEvent(new CustomEvent("reply", { detail: reply }));
      return reply.status < 500 && reply.status !== 429 && reply.status !== 401 ? reply : null;
    } catch (error) {
      this.dispatchEvent(new CustomEvent("unreachable", { detail: error }));
      return null;
    }
  }

  /** @param {import("./api.js").Reply} reply @param {Kept[]} batch @returns {boolean} whether one was */
  #markRefused(reply, batch) {
    const faults = reply.status === 422 ? (reply.body?.faults ?? []) : [];
    for (const fault of faults) {
      const event = batch[fault.index];
      if (event) event.refused = true;
    }
    if (faults.length) this.#changed();
    return faults.length > 0;
  }

  /** @param {Kept[]} events */
  async #forget(events) {
    if (!events.length) return;
    const gone = new Set(events.map((event) => event.event_id));
    this.#waiting = this.#waiting.filter((event) => !gone.has(event.event_id));
    this.#changed();
    try {
      await this.storage.remove(events);
    } catch (error) {
      console.warn("still kept on this machine", error); // sent again after a reload: a duplicate does no harm
    }
  }

  /** Backing off, jittered so that a room full of players does not come back at one instant. */
  #pause() {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 8));
    this.#failures += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(done, longest * (0.5 + Math.random() / 2));
      const self = this;
      function done() {
        clearTimeout(timer);
        self.#wake = null;
        resolve(undefined);
      }
      this.#wake = done;
    });
  }

  /** @param {number[]} seqs what the server misses of this epoch is put in the queue again */
  resend(seqs) {
    const missing = new Set(seqs);
    const waiting = new Set(this.#waiting.map((event) => event.event_id));
    for (const event of this.#made.values()) {
      if (missing.has(event.seq) && !waiting.has(event.event_id)) this.#waiting.push(event);
    }
    this.kick();
  }

  /** @returns {Promise<string | null>} SHA-256 over this epoch's events as the server computes it */
  async digest() {
    if (!globalThis.crypto?.subtle) return null; // only offered on secure origins
    const made = [...this.#made.values()].filter((event) => !event.refused);
    const lines = made.map(
      async (event) => `${event.epoch}:${event.seq}:${event.event_id}:${await sha256(canonical(event))}`,
    );
    return sha256((await Promise.all(lines)).join("\n"));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Whether the reply lets us forget the event.
 * @param {Kept} event
 * @param {any} body
 * @param {number} ownEpoch what this page writes in; its own events, once superseded, are kept
 */
function isDurable(event, body, ownEpoch) {
  const outcome = body?.outcomes?.[event.event_id];
  if (outcome === "late") return true; // on the server, for two people to decide
  if (outcome === "quarantined") return event.epoch < ownEpoch;
  if (outcome !== "accepted" && outcome !== "duplicate") return false;
  return event.epoch < body.clock.epoch || event.seq <= body.durable_through;
}

/** @param {Kept} event as it travels */
function wire({ epoch, seq, event_id, item_id, payload, client_ms }) {
  return { epoch, seq, event_id, item_id, payload, client_ms };
}

/** @param {Kept} event the canonical JSON that the server hashes */
function canonical({ item_id, payload }) {
  const sorted = Object.fromEntries(Object.entries(payload).sort(([one], [other]) => (one < other ? -1 : 1)));
  return JSON.stringify({ item_id, payload: sorted });
}

/** @param {string} text */
async function sha256(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A random UUID also on plain http in a LAN, where crypto.randomUUID is not offered. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
