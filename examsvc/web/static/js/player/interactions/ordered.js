/** An order of all options: none before the candidate has said so. */

import { partsOf, spelled } from "./spelling.js";

export class Ordered {
  #isSaid = false;

  /** @param {string[]} ids as shown at first */
  constructor(ids) {
    this.shown = ids;
    this.ids = [...ids];
  }

  /** @returns {string | null} */
  get response() {
    return this.#isSaid ? spelled(this.ids) : null;
  }

  /** @param {string | null} response what does not hold every option once is none */
  set response(response) {
    const parts = partsOf(response);
    this.#isSaid = parts.length === this.shown.length && this.shown.every((id) => parts.includes(id));
    this.ids = this.#isSaid ? parts : [...this.shown];
  }

  /** The order is right as it stands. @returns {boolean} whether that is new */
  confirm() {
    const isNew = !this.#isSaid;
    this.#isSaid = true;
    return isNew;
  }

  /** @param {string} id @param {number} to a place from 0 @returns {boolean} whether that changed anything */
  move(id, to) {
    const from = this.ids.indexOf(id);
    if (from < 0 || to < 0 || to >= this.ids.length || from === to) return false;
    this.ids.splice(to, 0, ...this.ids.splice(from, 1));
    this.#isSaid = true;
    return true;
  }
}
