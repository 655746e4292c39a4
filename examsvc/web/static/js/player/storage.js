/** Where events wait for the server's acknowledgement: IndexedDB, or memory where the rules forbid more. */

/**
 * @typedef {object} Kept an event as it waits, keyed by sitting, epoch and seq
 * @property {number} sitting
 * @property {number} epoch
 * @property {number} seq
 * @property {string} event_id
 * @property {string} item_id
 * @property {{option?: string | null, flagged?: boolean}} payload
 * @property {number} client_ms
 * @property {boolean} [refused] the server will never take it
 */

const NAME = "examsvc-player";

/** Nothing survives this page. */
export class MemoryStorage {
  constructor() {
    this.durable = false;
  }
  /** @param {Kept} _event */
  async put(_event) {}
  /** @param {Kept[]} _events */
  async remove(_events) {}
  /** @param {number} _sitting @returns {Promise<Kept[]>} */
  async list(_sitting) {
    return [];
  }
}

/** Survives a reload, a crash and, by strict durability, a power cut. */
export class BrowserStorage {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.durable = true;
    this.database = database;
  }

  /** @param {(store: IDBObjectStore) => void} work @returns {Promise<void>} resolves after the commit */
  #write(work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction("events", "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      work(transaction.objectStore("events"));
    });
  }

  /** @param {Kept} event */
  put(event) {
    return this.#write((store) => void store.put(event));
  }

  /** @param {Kept[]} events */
  remove(events) {
    return this.#write((store) => {
      for (const event of events) store.delete([event.sitting, event.epoch, event.seq]);
    });
  }

  /** @param {number} sitting @returns {Promise<Kept[]>} in the order of the log */
  list(sitting) {
    return new Promise((resolve, reject) => {
      const range = IDBKeyRange.bound([sitting], [sitting, []]);
      const request = this.database.transaction("events").objectStore("events").getAll(range);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}

/**
 * @param {boolean} allowed whether the rules let anything stay on this machine
 * @returns {Promise<MemoryStorage | BrowserStorage>} memory too where the browser has no store
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

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore("events", { keyPath: ["sitting", "epoch", "seq"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}
