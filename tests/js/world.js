/** A world for the queue: time that is only told, a store, a server by the engine's rules, a network that errs. */

import { canonicalJson, sha256 } from "../../examsvc/web/static/js/player/canonical.js";

/** Numbers that look random and come again with the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Waiting costs no time here: whoever waits longest is woken last. */
export class Time {
  now = 0;
  #waiting = [];
  #made = 0;

  wait = (ms) =>
    new Promise((resolve) => {
      this.#waiting.push({ at: this.now + ms, order: (this.#made += 1), resolve });
    });

  /** Let time pass until `done()`; false when nothing is left to happen or `limitMs` has passed. */
  async until(done, limitMs = 3_600_000) {
    const end = this.now + limitMs;
    for (;;) {
      await quiet();
      if (done()) return true;
      this.#waiting.sort((one, other) => one.at - other.at || one.order - other.order);
      const next = this.#waiting[0];
      if (!next || next.at > end) return false;
      this.#waiting.shift();
      this.now = Math.max(this.now, next.at);
      next.resolve();
    }
  }

  async pass(ms) {
    const end = this.now + ms;
    await this.until(() => false, ms);
    this.now = end;
  }
}

/** Let everything happen that waits for no time; hashing is done in threads of its own. */
async function quiet() {
  for (let round = 0; round < 3; round += 1) {
    await sha256("");
    await new Promise(setImmediate);
  }
}

/** What a browser keeps: commits take a while, and a crash loses those under way. */
export class FakeStore {
  durable = true;
  events = new Map();
  lines = new Map();
  states = new Map();
  /** called before an event is deleted */
  onRemove = () => {};
  commitMs = () => 1;
  fails = () => false;

  constructor(time) {
    this.time = time;
    this.life = 0; // a commit of a crashed page never comes
  }

  async #commit(work) {
    const life = this.life;
    await this.time.wait(this.commitMs());
    if (life !== this.life) return new Promise(() => {});
    if (this.fails()) throw new Error("the store fails");
    work();
  }

  put(event) {
    const copy = structuredClone(event);
    return this.#commit(() => {
      this.events.set(`${copy.epoch}:${copy.seq}`, copy);
      const before = this.states.get(copy.item_id);
      if (!before || before.seq < copy.seq || before.epoch < copy.epoch) this.states.set(copy.item_id, copy);
    });
  }

  remove(events, lines) {
    for (const event of events) this.onRemove(event);
    return this.#commit(() => {
      for (const event of events) this.events.delete(`${event.epoch}:${event.seq}`);
      for (const line of lines) this.lines.set(line.seq, line);
    });
  }

  async list() {
    return structuredClone([...this.events.values()]);
  }

  /** What the next page of the same browser finds. */
  kept() {
    return { lines: [...this.lines.values()], states: [...this.states.values()] };
  }
}

/** The engine's rules as far as a player can tell: judged at arrival, answered after the commit. */
export class FakeServer {
  epoch = 1;
  log = new Map(); // by place
  byId = new Map();
  /** (event) => outcome | undefined, to have events kept aside */
  verdict = () => undefined;

  constructor() {
    this.requests = [];
  }

  save(events) {
    this.requests.push(events.map((event) => event.seq));
    const outcomes = Object.fromEntries(events.map((event) => [event.event_id, this.#admit(event)]));
    const clock = { epoch: this.epoch };
    const bad = Object.values(outcomes).some((one) => !["accepted", "duplicate"].includes(one));
    return { status: bad ? 409 : 200, body: { durable_through: this.durableThrough(this.epoch), clock, outcomes } };
  }

  #admit(event) {
    const place = `${event.epoch}:${event.seq}`;
    const held = this.byId.get(event.event_id);
    if (held) return canonicalJson(held.payload) === canonicalJson(event.payload) && held.seq === event.seq ? "duplicate" : "altered";
    if (this.log.has(place)) return "seq_conflict";
    const outcome = event.epoch < this.epoch ? "quarantined" : (this.verdict(event) ?? "accepted");
    if (["altered", "seq_conflict"].includes(outcome)) return outcome;
    const kept = { ...structuredClone(event), outcome, nth: this.log.size };
    this.log.set(place, kept);
    this.byId.set(event.event_id, kept);
    return outcome;
  }

  durableThrough(epoch) {
    let through = 0;
    while (this.log.has(`${epoch}:${through + 1}`)) through += 1;
    return through;
  }

  counted(epoch) {
    const own = [...this.log.values()].filter((event) => event.epoch === epoch && event.outcome === "accepted");
    return own.sort((one, other) => one.seq - other.seq);
  }

  async digest(epoch) {
    const lines = this.counted(epoch).map(
      async ({ item_id, payload, ...event }) =>
        `${event.epoch}:${event.seq}:${event.event_id}:${await sha256(canonicalJson({ item_id, payload }))}`,
    );
    return sha256((await Promise.all(lines)).join("\n"));
  }
}

/** A state of an item, whole. */
export function state(response = "a", more = {}) {
  return { response, flagged: false, struck: [], note: "", ...more };
}
