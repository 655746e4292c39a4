/** Which options have been put to which places: what there is room for, and what has to give way. */

import { partsOf, spelled } from "./spelling.js";

/** @typedef {{id: string, at_most?: number | null}} Part null: any number of times */

export class Pairs {
  /** @type {Map<string, string[]>} place to options, in the order in which they were put there */
  #put = new Map();

  /** @param {{options: Part[], places: Part[]}} item as it is shown */
  constructor({ options, places }) {
    this.options = options;
    this.places = places;
  }

  /** How many places have something. */
  get count() {
    return this.#put.size;
  }

  /** @returns {string | null} */
  get response() {
    return spelled(
      this.places.flatMap((place) =>
        this.options.filter((option) => this.at(place.id).includes(option.id)).map((option) => `${option.id}>${place.id}`),
      ),
    );
  }

  /** @param {string | null} response what it does not know is left out */
  set response(response) {
    this.#put.clear();
    for (const part of partsOf(response)) {
      const [option, place] = part.split(">");
      if (this.options.some((one) => one.id === option) && this.places.some((one) => one.id === place)) this.put(option, place);
    }
  }

  /** @param {string} place @returns {string[]} options */
  at(place) {
    return this.#put.get(place) ?? [];
  }

  /** @param {string} option @returns {string[]} places */
  placesOf(option) {
    return this.places.map((place) => place.id).filter((id) => this.at(id).includes(option));
  }

  /** @param {string} option @returns {boolean} whether it is wherever it may be */
  isUsedUp(option) {
    const most = mostOf(this.options, option);
    return most !== null && this.placesOf(option).length >= most;
  }

  /** Put it there; what there is no room for any more gives way. @param {string} option @param {string} place @returns {string[]} places that lost it */
  put(option, place) {
    if (this.at(place).includes(option)) return [];
    const left = this.isUsedUp(option) ? this.placesOf(option).slice(0, 1) : [];
    for (const other of left) this.take(option, other);
    const most = mostOf(this.places, place);
    const here = [...this.at(place), option];
    this.#put.set(place, most === null ? here : here.slice(-most));
    return left;
  }

  /** @param {string} option @param {string} place */
  take(option, place) {
    const rest = this.at(place).filter((id) => id !== option);
    if (rest.length) this.#put.set(place, rest);
    else this.#put.delete(place);
  }
}

/** @param {Part[]} parts @param {string} id @returns {number | null} */
function mostOf(parts, id) {
  return parts.find((part) => part.id === id)?.at_most ?? null;
}
