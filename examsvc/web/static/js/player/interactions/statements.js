/** Several statements, each to be said true or false of. */

import { clone } from "../dom.js";
import { Pairs } from "./pairs.js";

/** @typedef {import("./registry.js").Interaction} Interaction */
/** @typedef {import("./registry.js").Parts} Parts */

/** @implements {Interaction} */
export class Statements {
  #isLocked = false;
  /** @type {any} */
  #element = null;

  /** @param {Parts} parts */
  constructor({ item, say, onChange }) {
    this.item = item;
    this.say = say;
    this.onChange = onChange;
    this.places = item.places ?? [];
    this.pairs = new Pairs({ options: item.options, places: this.places });
  }

  /** @param {HTMLElement} stem @returns {HTMLElement} */
  render(stem) {
    this.#element = clone("statements-template");
    this.#element.setAttribute("aria-describedby", stem.id);
    this.#element.querySelector(".statements").append(...this.places.map((place, at) => this.#statement(place, at)));
    this.#show();
    return this.#element;
  }

  read() {
    return { response: this.pairs.response, struck: /** @type {string[]} */ ([]) };
  }

  /** @param {{response: string | null, struck: string[]}} state */
  set({ response }) {
    this.pairs.response = response;
    this.#show();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.#isLocked = locked;
    for (const input of this.#inputs()) input.disabled = locked;
  }

  /** @param {string | null} response */
  respond(response) {
    if (this.#isLocked || this.pairs.response === response) return;
    this.pairs.response = response;
    this.#changed();
  }

  choose() {}
  strike() {}

  /** @param {{id: string, content: string}} place @param {number} at */
  #statement(place, at) {
    const row = clone("statement-template");
    const content = row.querySelector(".content");
    content.id = `statement-${this.item.item_id}-${place.id}`;
    content.innerHTML = place.content;
    content.lang = this.item.lang ?? "vi";
    row.querySelector(".letter").textContent = String.fromCharCode(97 + at);
    const group = row.querySelector(".pills");
    group.setAttribute("aria-labelledby", content.id);
    for (const option of this.item.options) {
      const pill = clone("pill-template");
      const input = pill.querySelector("input");
      input.name = `item-${this.item.item_id}-${place.id}`;
      input.value = `${option.id}>${place.id}`;
      input.addEventListener("change", () => this.#put(option.id, place.id));
      pill.querySelector(".content").innerHTML = option.content;
      pill.querySelector(".content").lang = this.item.lang ?? "vi";
      group.append(pill);
    }
    return row;
  }

  /** @param {string} option @param {string} place */
  #put(option, place) {
    if (this.#isLocked) return;
    this.pairs.put(option, place);
    this.#changed();
  }

  #changed() {
    this.#show();
    this.onChange();
  }

  /** @returns {HTMLInputElement[]} */
  #inputs() {
    return [...this.#element.querySelectorAll("input")];
  }

  #show() {
    for (const input of this.#inputs()) {
      const [option, place] = input.value.split(">");
      input.checked = this.pairs.at(place).includes(option);
    }
    const values = { count: this.pairs.count, total: this.places.length };
    this.#element.querySelector(".chosen-count").textContent = this.say("statements.count", values);
  }
}
