/** Choosing one option of several, and striking out those that are ruled out. */

import { clone } from "../dom.js";

/** @typedef {import("./registry.js").Interaction} Interaction */
/** @typedef {import("./registry.js").Parts} Parts */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** @implements {Interaction} */
export class SingleChoice {
  /** @type {string | null} */
  #response = null;
  /** @type {Set<string>} never the chosen one: what is struck out is no response */
  #struck = new Set();
  #locked = false;
  /** @type {any[]} one for each option, from the top */
  #rows = [];
  /** @type {any} */
  #fieldset = null;

  /** @param {Parts} parts */
  constructor({ item, say, onChange }) {
    this.item = item;
    this.say = say;
    this.onChange = onChange;
  }

  /** @param {string} stemId what describes the choice @returns {HTMLElement} */
  render(stemId) {
    this.#fieldset = clone("choice-template");
    this.#fieldset.setAttribute("aria-describedby", stemId);
    this.#rows = this.item.options.map((option, at) => this.#row(option, at));
    this.#fieldset.querySelector(".options").append(...this.#rows);
    this.#show();
    return this.#fieldset;
  }

  read() {
    return { response: this.#response, struck: [...this.#struck] };
  }

  /** @param {{response: string | null, struck: string[]}} state */
  set({ response, struck }) {
    this.#response = response;
    this.#struck = new Set(struck.filter((id) => id !== response));
    this.#show();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.#locked = locked;
    this.#fieldset.disabled = locked;
  }

  /** @param {string | null} id of an option; null: none */
  respond(id) {
    if (this.#locked || this.#response === id) return;
    this.#response = id;
    if (id !== null) this.#struck.delete(id);
    this.#changed();
  }

  /** @param {number} place which option, from the top */
  choose(place) {
    const option = this.item.options[place];
    if (!option || this.#locked) return;
    this.respond(option.id);
    this.#rows[place].querySelector("input").focus();
  }

  /** @param {number | null} place which option, from the top; null: the one that has the focus */
  strike(place) {
    const at = place ?? this.#rows.findIndex((row) => row.contains(document.activeElement));
    const option = this.item.options[at];
    if (!option || this.#locked) return;
    if (this.#struck.has(option.id)) this.#struck.delete(option.id);
    else this.#struck.add(option.id);
    const isCleared = this.#response === option.id;
    if (isCleared) this.#response = null;
    this.#changed();
    const words = this.#struck.has(option.id) ? "option.struck_now" : "option.unstruck_now";
    this.onChange(this.say(isCleared ? "option.struck_response" : words, { letter: LETTERS[at] }));
  }

  #changed() {
    this.#show();
    this.onChange();
  }

  /** @param {{id: string, content: string}} option @param {number} at */
  #row(option, at) {
    const row = clone("option-template");
    const input = row.querySelector("input");
    input.name = `item-${this.item.item_id}`;
    input.value = option.id;
    input.addEventListener("change", () => this.respond(option.id));
    row.querySelector(".letter").textContent = LETTERS[at];
    row.querySelector(".content").innerHTML = option.content;
    row.querySelector(".content").lang = this.item.lang ?? "vi";
    row.querySelector(".strike-letter").textContent = LETTERS[at];
    row.querySelector(".strike").addEventListener("click", () => this.strike(at));
    return row;
  }

  #show() {
    this.#rows.forEach((row, at) => {
      const { id } = this.item.options[at];
      const isStruck = this.#struck.has(id);
      row.dataset.struck = String(isStruck);
      row.querySelector("input").checked = this.#response === id;
      row.querySelector(".struck-word").textContent = isStruck ? this.say("option.struck") : "";
      const button = row.querySelector(".strike");
      const words = this.say("option.strike", { letter: LETTERS[at] });
      button.setAttribute("aria-pressed", String(isStruck));
      button.setAttribute("aria-label", words);
      button.title = words;
    });
  }
}
