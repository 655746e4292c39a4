/** What has been chosen of several, and how much more may be. */

import { partsOf, spelled } from "./spelling.js";

/** @typedef {"added" | "removed" | "replaced" | "full"} Toggled */

export class Chosen {
  /** @type {Set<string>} */
  #ids = new Set();

  /** @param {string[]} known ids of what can be chosen, as shown @param {number | null} [atMost] null: any number */
  constructor(known, atMost = null) {
    this.known = known;
    this.atMost = atMost;
  }

  get count() {
    return this.#ids.size;
  }

  /** @returns {string | null} */
  get response() {
    return spelled(this.known.filter((id) => this.#ids.has(id)));
  }

  /** @param {string | null} response what it does not know is left out */
  set response(response) {
    this.#ids = new Set(partsOf(response).filter((id) => this.known.includes(id)));
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** Where one is all that may be chosen, another takes its place. @param {string} id @returns {Toggled} */
  toggle(id) {
    if (this.#ids.delete(id)) return "removed";
    const isReplaced = this.atMost === 1 && this.count === 1;
    if (isReplaced) this.#ids.clear();
    if (this.atMost !== null && this.count >= this.atMost) return "full";
    this.#ids.add(id);
    return isReplaced ? "replaced" : "added";
  }
}
