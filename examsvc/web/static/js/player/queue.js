/** Events on their way to the server: kept until it says that they are durable, sent again until then. */

import { newId, sha256 } from "./canonical.js";
import { EpochLog } from "./epoch_log.js";
import { byPlace, lineOf, saveState, storable, wire, withinBytes } from "./events.js";
import { judge } from "./verdict.js";
import { Backoff } from "./waits.js";

/** @typedef {import("./events.js").Kept} Kept */
/** @typedef {import("./events.js").Line} Line */
/** @typedef {import("./api.js").Reply} Reply */
/** @typedef {import("./events.js").SaveState} SaveState */

/**
 * @typedef {object} Parts everything the queue touches beside its own memory
 * @property {number} sitting
 * @property {import("./storage.js").Store} store
 * @property {(events: object[]) => Promise<Reply>} send rejects when nobody answered
 * @property {(reply: Reply | null) => void} onReply null: nobody answered
 * @property {() => number} now the machine's own clock: evidence, never decisive
 * @property {(ms: number) => Promise<void>} wait
 * @property {() => number} random in [0, 1)
 */

const BATCH = 50;
const FIRST_PAUSE_MS = 800;
const LONGEST_PAUSE_MS = 20_000;
const KEEPING_MS = 3_000;
const UNUSABLE = [400, 413, 431]; // perhaps for one event's sake

export class EventQueue {
  /** @type {Kept[]} in the order of the log */
  #waiting = [];
  /** @type {Set<string>} ids of events that this machine's store holds */
  #onMachine = new Set();
  /** @type {Set<string>} ids of events that the store has yet to take */
  #unsettled = new Set();
  #log = new EpochLog(0);
  #size = BATCH;
  #halted = false;
  /** @type {Promise<void> | null} */
  #running = null;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    this.backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS, ...parts });
  }

  get finalSeq() {
    return this.#log.seq;
  }

  /** The numbers that the server refused, and holds nothing for. */
  get refusedSeqs() {
    return [...this.#log.unheld].sort((one, other) => one - other);
  }

  /** How many events the server has not made durable yet. */
  get pending() {
    return this.#sendable().length;
  }

  /** Everything that is not known to be on the server, as it travels. */
  get unsent() {
    return this.#waiting.map(wire);
  }

  /** @param {() => void} listener called at every change @returns {() => void} ends that */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Take up what an earlier page of this browser left behind. */
  async load() {
    const known = new Set(this.#waiting.map((event) => event.event_id));
    for (const event of await this.parts.store.list(this.parts.sitting)) {
      this.#onMachine.add(event.event_id);
      if (!known.has(event.event_id)) this.#waiting.push(event);
    }
    this.#waiting.sort(byPlace);
    this.#changed();
  }

  /** @param {number} epoch from now on events are numbered anew in this one */
  begin(epoch, log = new EpochLog(epoch)) {
    this.#log = log;
    this.#halted = false;
    this.backoff.reset();
    this.kick();
  }

  /** Go on in an earlier page's epoch, after its last number. @param {number} epoch @param {{lines: Line[], states: Kept[]}} kept */
  async resume(epoch, kept) {
    await this.load();
    const log = new EpochLog(epoch);
    log.restore(kept, this.#waiting);
    this.begin(epoch, log);
  }

  /** Send nothing more until an epoch is begun or the leftovers are asked for; what waits is kept. */
  halt() {
    this.#halted = true;
    this.backoff.wake();
  }

  /**
   * Record an act. It is sent at once, and counts as saved only when told so.
   * @param {string} itemId
   * @param {import("./events.js").ItemState} state
   */
  add(itemId, state) {
    if (!this.#log.epoch) throw new Error("nothing is open");
    this.#log.seq += 1;
    /** @type {Kept} */
    const event = {
      sitting: this.parts.sitting,
      epoch: this.#log.epoch,
      seq: this.#log.seq,
      event_id: newId(),
      item_id: itemId,
      payload: storable(state),
      client_ms: this.parts.now(),
    };
    this.#waiting.push(event);
    this.#log.made.set(event.seq, event);
    void this.#keep(event);
    this.#changed();
  }

  /**
   * Store first, send then: after a crash this machine knows every number that the server may have.
   * A store that does not answer holds nothing up.
   * @param {Kept} event
   */
  async #keep(event) {
    this.#unsettled.add(event.event_id);
    const stored = this.parts.store.put(event).then(
      () => this.#stored(event),
      (error) => console.warn("not kept on this machine", error),
    );
    await Promise.race([stored, this.parts.wait(KEEPING_MS)]);
    this.#unsettled.delete(event.event_id);
    this.#go(); // a new event is no reason to press a server that has just failed
  }

  /** @param {Kept} event */
  async #stored(event) {
    if (!this.parts.store.durable) return;
    this.#onMachine.add(event.event_id);
    if (!this.#waiting.includes(event)) await this.#drop([event], []); // the server was faster
    this.#changed();
  }

  /** @param {string} itemId */
  stateOf(itemId) {
    return saveState(this.#waiting.filter((event) => event.item_id === itemId), this.#onMachine);
  }

  /** Of everything together. */
  get state() {
    return saveState(this.#waiting, this.#onMachine);
  }

  /** Send what waits; a running pause is cut short. */
  kick() {
    this.backoff.wake();
    this.#go();
  }

  #go() {
    if (this.#running || this.#halted || !this.#next().length) return;
    this.#running = this.#run();
  }

  async #run() {
    try {
      for (let batch = this.#next(); batch.length && !this.#halted; batch = this.#next()) {
        const reply = await this.#post(batch);
        if (reply !== null && (await this.#settle(batch, reply))) this.backoff.reset();
        else if (!this.#halted) await this.backoff.pause();
      }
    } finally {
      this.#running = null; // before anything else can run: a kick that comes now must start anew
    }
  }

  #sendable() {
    return this.#waiting.filter((event) => !event.refused);
  }

  /** The oldest events, up to the first that the store has yet to take. */
  #next() {
    const batch = withinBytes(this.#sendable().slice(0, this.#size));
    const end = batch.findIndex((event) => this.#unsettled.has(event.event_id));
    return end < 0 ? batch : batch.slice(0, end);
  }

  /**
   * Send events of earlier epochs, before a new epoch makes them count no more.
   * @returns {Promise<boolean>} whether the server has judged them all
   */
  async flushLeftovers() {
    this.halt();
    await this.#running;
    await this.load();
    this.#log = new EpochLog(0); // nothing that waits is this page's own any more
    for (let batch = this.#next(); batch.length; batch = this.#next()) {
      const reply = await this.#post(batch);
      if (reply === null) return false;
      if (!(await this.#settle(batch, reply))) return true; // it wants none of them now; they stay
    }
    return true;
  }

  /** @param {Kept[]} batch @returns {Promise<Reply | null>} null: nobody who could judge has answered */
  async #post(batch) {
    try {
      const reply = await this.parts.send(batch.map(wire));
      this.parts.onReply(reply);
      return reply.status < 500 && reply.status !== 429 && reply.status !== 401 ? reply : null;
    } catch {
      this.parts.onReply(null);
      return null;
    }
  }

  /**
   * Do what the reply says of each event.
   * @param {Kept[]} batch
   * @param {Reply} reply
   * @returns {Promise<boolean>} whether it led any further
   */
  async #settle(batch, reply) {
    const { gone, counted, refused, collided, lacking, isSuperseded } = judge(batch, reply, this.#log);
    if (isSuperseded) this.halt();
    this.#refuse(refused);
    await this.#forget(gone, counted);
    for (const itemId of new Set(collided.map((event) => event.item_id))) {
      const latest = this.#log.latest(itemId);
      if (latest) this.add(itemId, latest.payload); // under a number of its own it counts
    }
    if (lacking !== null) this.resend([lacking]);
    this.#size = UNUSABLE.includes(reply.status) ? Math.ceil(batch.length / 2) : BATCH;
    return gone.length + refused.length > 0 || this.#size < batch.length;
  }

  /** @param {Kept[]} events which the server will never take: kept, and sent no more */
  #refuse(events) {
    for (const event of events) {
      event.refused = true;
      this.parts.store.put(event).catch((error) => console.warn("not kept as refused", error));
    }
    if (events.length) this.#changed();
  }

  /** @param {Kept[]} events @param {Kept[]} counted */
  async #forget(events, counted) {
    if (!events.length) return;
    const log = this.#log;
    const lines = await Promise.all(counted.map(lineOf));
    for (const line of lines) log.lines.set(line.seq, line);
    const gone = new Set(events);
    this.#waiting = this.#waiting.filter((event) => !gone.has(event));
    this.#changed();
    await this.#drop(events, lines);
  }

  /** @param {Kept[]} events @param {Line[]} lines */
  async #drop(events, lines) {
    try {
      await this.parts.store.remove(events, lines);
      for (const event of events) this.#onMachine.delete(event.event_id);
    } catch (error) {
      console.warn("still kept on this machine", error); // sent again after a reload: a duplicate does no harm
    }
  }

  /** @param {number[]} seqs what the server misses of this epoch is put in the queue again */
  resend(seqs) {
    for (const seq of seqs) {
      const event = this.#log.missing(seq);
      if (!event || this.#waiting.includes(event)) continue;
      this.#waiting.push(event);
      void this.#keep(event);
    }
    this.#waiting.sort(byPlace);
    this.#changed();
    this.kick();
  }

  /** @returns {Promise<string | null>} SHA-256 over this epoch's counted events as the server computes it */
  async digest() {
    const own = this.#waiting.filter((event) => this.#log.owns(event));
    const text = this.#log.text(await Promise.all(own.map(lineOf)));
    return text === null ? null : sha256(text);
  }

  #changed() {
    for (const listener of [...this.#listeners]) listener();
  }
}
