/** Many lives of a queue over a network that loses, doubles, delays and reorders, with crashes in between. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { EventQueue } from "../../examsvc/web/static/js/player/queue.js";
import { FakeServer, FakeStore, Time, seeded, state } from "./world.js";

const SEEDS = Number(process.env.QUEUE_SEEDS ?? 40);
const ACTS = 90;

beforeEach((t) => t.mock.method(console, "warn", () => {}));

/** One browser, one server and what lies between them. */
class Life {
  constructor(seed) {
    this.random = seeded(seed);
    this.time = new Time();
    this.store = new FakeStore(this.time);
    this.store.commitMs = () => 1 + 40 * this.random();
    this.store.onRemove = (event) => this.#mayBeDeleted(event);
    this.server = new FakeServer();
    this.perfect = false;
    this.made = []; // what the candidate did and was told to be kept at least here
  }

  page() {
    let underWay = 0;
    const life = (this.store.life += 1);
    return new EventQueue({
      sitting: 42,
      store: this.store,
      send: async (events) => {
        assert.equal((underWay += 1), 1, "a batch left before the one before it was answered");
        try {
          return await this.#network(structuredClone(events), life);
        } finally {
          underWay -= 1;
        }
      },
      onReply: () => {},
      now: () => this.time.now,
      wait: this.time.wait,
      random: this.random,
    });
  }

  async #network(events, life) {
    if (life !== this.store.life) return new Promise(() => {}); // of a page that has crashed
    const fate = this.perfect ? 1 : this.random();
    await this.time.wait(5 + 60 * this.random());
    if (fate < 0.2) return this.#lost(); // on the way there
    if (fate < 0.3) void this.time.wait(20_000 * this.random()).then(() => this.server.save(events)); // comes again, late
    if (fate < 0.35) {
      void this.time.wait(25_000 * this.random()).then(() => this.server.save(events)); // comes only after we gave up
      return this.#lost();
    }
    const reply = this.server.save(events);
    if (fate < 0.55) return this.#lost(); // on the way back
    if (fate < 0.6) return { status: 503, body: null };
    await this.time.wait(fate < 0.8 ? 4_000 * this.random() : 5);
    return structuredClone(reply);
  }

  async #lost() {
    await this.time.wait(10_000);
    throw new Error("lost");
  }

  #mayBeDeleted({ epoch, seq }) {
    assert.ok(this.server.durableThrough(epoch) >= seq, `${epoch}:${seq} was deleted before it was durable`);
  }
}

async function live(seed, { lossy = false } = {}) {
  const life = new Life(seed);
  if (lossy) life.store.fails = () => !life.perfect && life.random() < 0.15;
  let queue = life.page();
  queue.begin(1);
  for (let act = 0; act < ACTS; act += 1) {
    const item = String(400 + Math.floor(10 * life.random()));
    queue.add(item, state(`o${act}`, { flagged: life.random() < 0.3 }));
    if (life.random() < 0.6) await life.time.pass((life.random() < 0.3 ? 60 : 3_000) * life.random());
    if (life.random() < 0.06) {
      queue.halt();
      await life.time.until(() => true);
      queue = life.page(); // the browser was killed: what had not been committed is gone, and was never sent
      await queue.resume(1, life.store.kept());
    }
  }
  await life.time.pass(100);
  life.perfect = true;
  queue.kick();
  assert.ok(await life.time.until(() => queue.pending === 0), `seed ${seed}: ${queue.pending} never arrive`);
  await life.time.pass(60_000);

  if (lossy) return stillGoesOn(queue, life);
  const log = life.server.counted(1);
  assert.deepEqual(log.map((event) => event.seq), Array.from({ length: queue.finalSeq }, (_, at) => at + 1));
  assert.equal(new Set(log.map((event) => event.event_id)).size, log.length);
  const acts = log.map((event) => Number(event.payload.response.slice(1)));
  assert.deepEqual(acts, [...acts].sort((one, other) => one - other), "out of order");
  assert.equal(life.store.events.size, 0);
  assert.equal(queue.state, "server");
  assert.equal(await queue.digest(), await life.server.digest(1));
}

/** A store that fails may lose acts to a crash; never may it keep later ones from counting. */
async function stillGoesOn(queue, life) {
  for (let item = 400; item < 410; item += 1) queue.add(String(item), state(`last-${item}`));
  assert.ok(await life.time.until(() => queue.pending === 0));
  const now = new Map(life.server.counted(1).map((event) => [event.item_id, event.payload.response]));
  for (let item = 400; item < 410; item += 1) assert.equal(now.get(String(item)), `last-${item}`);
  assert.equal(life.server.durableThrough(1), queue.finalSeq);
}

test(`whatever the network and crashes do, each event is there once and in order (${SEEDS} seeds)`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await live(seed);
});

test(`a store that fails at times never keeps later acts from counting (${SEEDS} seeds)`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await live(seed, { lossy: true });
});
