/** Options one below the other, to be chosen and, where that helps, struck out. */

import { clone } from "../dom.js";
import { letterOf } from "./letters.js";
import { Some } from "./some.js";

/** @typedef {import("./registry.js").Parts} Parts */

/** @typedef {{isMany: boolean, strikes: boolean}} Manner several may be chosen; options may be struck out */

export class Choices extends Some {
  /** @type {Set<string>} never a chosen one: what is struck out is no response */
  #struck = new Set();
  /** @type {any[]} one for each option, from the top */
  #rows = [];
  /** @type {any} */
  #fieldset = null;

  /** @param {Parts} parts @param {Manner} manner */
  constructor(parts, manner) {
    super(parts, parts.item.options, manner.isMany ? undefined : 1);
    this.manner = manner;
  }

  /** @param {HTMLElement} stem what describes the choice @returns {HTMLElement} @override */
  render(stem) {
    this.#fieldset = clone("choice-template");
    this.#fieldset.setAttribute("aria-describedby", stem.id);
    if (this.manner.isMany) this.#fieldset.querySelector("legend").textContent = this.say("choice.many");
    this.#rows = this.item.options.map((option, at) => this.#row(option, at));
    this.#fieldset.querySelector(".options").append(...this.#rows);
    if (this.manner.isMany) this.#fieldset.append(this.line);
    this.show();
    return this.#fieldset;
  }

  /** @override */
  read() {
    return { response: this.chosen.response, struck: [...this.#struck] };
  }

  /** @param {{response: string | null, struck: string[]}} state @override */
  set({ response, struck }) {
    this.chosen.response = response;
    this.#struck = new Set(this.manner.strikes ? struck.filter((id) => !this.chosen.has(id)) : []);
    this.show();
  }

  /** @param {boolean} locked @override */
  lock(locked) {
    this.#fieldset.disabled = locked;
    super.lock(locked);
  }

  /** @param {string} id @override */
  toggle(id) {
    if (this.isLocked) return;
    if (this.manner.isMany) {
      super.toggle(id);
    } else if (!this.chosen.has(id)) {
      this.chosen.toggle(id);
      this.changed();
    }
  }

  /** @override */
  changed() {
    for (const id of this.#struck) if (this.chosen.has(id)) this.#struck.delete(id);
    super.changed();
  }

  /** @param {number | null} place which option, from the top; null: the one that has the focus @override */
  strike(place) {
    const at = place ?? this.#rows.findIndex((row) => row.contains(document.activeElement));
    const option = this.item.options[at];
    if (!option || this.isLocked || !this.manner.strikes) return;
    if (this.#struck.has(option.id)) this.#struck.delete(option.id);
    else this.#struck.add(option.id);
    const isCleared = this.chosen.has(option.id);
    if (isCleared) this.chosen.toggle(option.id);
    this.changed();
    const words = this.#struck.has(option.id) ? "option.struck_now" : "option.unstruck_now";
    const cleared = this.manner.isMany ? "option.struck_chosen" : "option.struck_response";
    this.onChange(this.say(isCleared ? cleared : words, { letter: letterOf(at) }));
  }

  /** @param {number} place @override */
  controlOf(place) {
    return this.#rows[place].querySelector("input");
  }

  /** @param {{id: string, content: string}} option @param {number} at */
  #row(option, at) {
    const row = clone("option-template");
    const input = row.querySelector("input");
    input.type = this.manner.isMany ? "checkbox" : "radio";
    input.name = `item-${this.item.item_id}`;
    input.value = option.id;
    input.addEventListener("change", () => this.toggle(option.id));
    row.querySelector(".letter").textContent = letterOf(at);
    row.querySelector(".content").innerHTML = option.content;
    row.querySelector(".content").lang = this.item.lang ?? "vi";
    row.querySelector(".strike-letter").textContent = letterOf(at);
    row.querySelector(".strike").addEventListener("click", () => this.strike(at));
    if (!this.manner.strikes) row.querySelector(".strike").remove();
    return row;
  }

  /** @override */
  show() {
    super.show();
    this.#rows.forEach((row, at) => {
      const { id } = this.item.options[at];
      const isStruck = this.#struck.has(id);
      row.dataset.struck = String(isStruck);
      row.querySelector("input").checked = this.chosen.has(id);
      row.querySelector(".struck-word").textContent = isStruck ? this.say("option.struck") : "";
      const button = row.querySelector(".strike");
      if (!button) return;
      const words = this.say("option.strike", { letter: letterOf(at) });
      button.setAttribute("aria-pressed", String(isStruck));
      button.setAttribute("aria-label", words);
      button.title = words;
    });
  }
}

export class SingleChoice extends Choices {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { isMany: false, strikes: true });
  }
}

/** Of two there is nothing to rule out. */
export class TrueFalse extends Choices {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { isMany: false, strikes: false });
  }
}

export class MultipleResponse extends Choices {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { isMany: true, strikes: true });
  }
}
