/** What this machine keeps of a sitting: IndexedDB, or memory where the rules forbid more. */

/** @typedef {import("./events.js").Kept} Kept */
/** @typedef {import("./events.js").Line} Line */

/**
 * @typedef {object} Opened what the server said when the sitting was opened here
 * @property {number} sitting
 * @property {number} owner the account that sits it
 * @property {number} epoch
 * @property {number} kept_at by the machine's own clock
 * @property {import("./sealed.js").Opening} said
 * @property {ArrayBuffer | null} sealed the form's bundle
 * @property {import("./sealed.js").Form | null} paper instead of it, where the browser opens no seals
 */

/** @typedef {{sitting: number, reading: import("./clock.js").Reading, kept_at: number}} KeptClock */

/**
 * @typedef {object} KeptSitting all that a page needs to go on by itself
 * @property {Opened} opened
 * @property {KeptClock | undefined} clock
 * @property {Kept[]} states the last event of each item that was touched in this epoch
 * @property {Line[]} lines
 */

/** @typedef {MemoryStorage | BrowserStorage} Store */

const NAME = "examsvc-player";
const VERSION = 2;
/** @type {Record<string, string | string[]>} each store's key; the first part is always the sitting */
const STORES = {
  events: ["sitting", "epoch", "seq"],
  states: ["sitting", "item_id"],
  lines: ["sitting", "epoch", "seq"],
  opened: "sitting",
  clock: "sitting",
};
const OF_AN_EPOCH = ["states", "lines", "opened", "clock"];

/** Nothing survives this page. */
export class MemoryStorage {
  constructor() {
    this.durable = false;
  }
  /** @param {Kept} _event */
  async put(_event) {}
  /** @param {Kept[]} _events @param {Line[]} _lines */
  async remove(_events, _lines) {}
  /** @param {number} _sitting @returns {Promise<Kept[]>} */
  async list(_sitting) {
    return [];
  }
  /** @param {Opened} _opened */
  async keepOpened(_opened) {}
  /** @param {KeptClock} _clock */
  async keepClock(_clock) {}
  /** @param {number} _sitting @returns {Promise<KeptSitting | null>} */
  async find(_sitting) {
    return null;
  }
  /** @param {number} _sitting */
  async wipe(_sitting) {}
}

/** Survives a reload, a crash and, by strict durability, a power cut. */
export class BrowserStorage {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.durable = true;
    this.database = database;
  }

  /**
   * @param {string[]} names
   * @param {(store: (name: string) => IDBObjectStore) => void} work
   * @returns {Promise<void>} resolves after the commit
   */
  #write(names, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(names, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      work((name) => transaction.objectStore(name));
    });
  }

  /** The event, and with it what now holds for its item. @param {Kept} event */
  put(event) {
    return this.#write(["events", "states"], (store) => {
      store("events").put(event);
      const held = store("states").get([event.sitting, event.item_id]);
      held.onsuccess = () => {
        const before = /** @type {Kept | undefined} */ (held.result);
        const isLater = !before || event.epoch > before.epoch || (event.epoch === before.epoch && event.seq > before.seq);
        if (isLater) store("states").put(event);
      };
    });
  }

  /** @param {Kept[]} events that the server has @param {Line[]} lines that stand for them in its log */
  remove(events, lines) {
    return this.#write(["events", "lines"], (store) => {
      for (const event of events) store("events").delete([event.sitting, event.epoch, event.seq]);
      for (const line of lines) store("lines").put(line);
    });
  }

  /** @param {number} sitting @returns {Promise<Kept[]>} in the order of the log */
  list(sitting) {
    return this.#all("events", sitting);
  }

  /** A new epoch begins here: what was kept of an older one is no use any more. @param {Opened} opened */
  keepOpened(opened) {
    return this.#write(OF_AN_EPOCH, (store) => {
      clear(store, opened.sitting);
      store("opened").put(opened);
    });
  }

  /** @param {KeptClock} clock */
  keepClock(clock) {
    return this.#write(["clock"], (store) => void store("clock").put(clock));
  }

  /** @param {number} sitting @returns {Promise<KeptSitting | null>} */
  async find(sitting) {
    const [opened] = await this.#all("opened", sitting);
    if (!opened) return null;
    const [clock] = await this.#all("clock", sitting);
    return { opened, clock, states: await this.#all("states", sitting), lines: await this.#all("lines", sitting) };
  }

  /** Forget the form, its key and the responses; events that the server has not got stay. @param {number} sitting */
  wipe(sitting) {
    return this.#write(OF_AN_EPOCH, (store) => clear(store, sitting));
  }

  /** The same for every sitting but those of this account. @param {number | null} owner null: for every one @returns {Promise<number[]>} which */
  async wipeOthers(owner) {
    const all = /** @type {Opened[]} */ (await this.#all("opened"));
    const others = all.filter((opened) => owner === null || opened.owner !== owner).map((opened) => opened.sitting);
    for (const sitting of others) await this.wipe(sitting);
    return others;
  }

  /** @param {string} name @param {number} [sitting] without: of all @returns {Promise<any[]>} */
  #all(name, sitting) {
    return new Promise((resolve, reject) => {
      const range = sitting === undefined ? null : rangeOf(name, sitting);
      const request = this.database.transaction(name).objectStore(name).getAll(range);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}

/** @param {(name: string) => IDBObjectStore} store @param {number} sitting */
function clear(store, sitting) {
  for (const name of OF_AN_EPOCH) store(name).delete(rangeOf(name, sitting));
}

/** @param {string} name @param {number} sitting */
function rangeOf(name, sitting) {
  return Array.isArray(STORES[name]) ? IDBKeyRange.bound([sitting], [sitting, []]) : IDBKeyRange.only(sitting);
}

/**
 * @param {boolean} allowed whether the rules let anything stay on this machine
 * @returns {Promise<Store>} memory too where the browser has no store
 */
export async function openStorage(allowed) {
  if (!allowed || !("indexedDB" in globalThis)) return new MemoryStorage();
  try {
    return new BrowserStorage(await openDatabase());
  } catch (error) {
    console.warn("no store in this browser", error);
    return new MemoryStorage();
  }
}

/** What was kept on this machine, if anything ever was: looking must not leave a store behind. */
export async function findStorage() {
  const names = "indexedDB" in globalThis ? ((await indexedDB.databases?.()) ?? [{ name: NAME }]) : [];
  if (!names.some(({ name }) => name === NAME)) return null;
  const found = await openStorage(true);
  return found instanceof BrowserStorage ? found : null;
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const present = request.result.objectStoreNames;
      for (const [name, keyPath] of Object.entries(STORES)) {
        if (!present.contains(name)) request.result.createObjectStore(name, { keyPath });
      }
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // a newer page of this site must not wait for us
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}
