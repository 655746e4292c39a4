/** Where options are put: a list that drops down, or, where several may be put, a list to add to. */

import { clone } from "../dom.js";

/**
 * An option as it stands in the list. What is elsewhere already is not to be had here: the arrow keys go through
 * a list line by line, and would carry everything off that they pass. Picking it up in the bank moves it.
 * @typedef {{id: string, words: string, isElsewhere: boolean}} Line
 */

export class Slot {
  /** @type {Line[]} */
  #lines = [];
  /** @type {string[]} */
  #ids = [];

  /**
   * @param {object} parts
   * @param {string} parts.label what the list is called
   * @param {boolean} parts.isMany whether several may be put here
   * @param {string} parts.lang of the options
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {(option: string) => void} parts.onPut
   * @param {(option: string) => void} parts.onTake
   */
  constructor({ label, isMany, lang, say, onPut, onTake }) {
    this.label = label;
    this.isMany = isMany;
    this.lang = lang;
    this.say = say;
    this.onPut = onPut;
    this.onTake = onTake;
    this.element = clone("slot-template");
    /** @type {HTMLSelectElement} */
    this.select = this.element.querySelector("select");
    this.select.setAttribute("aria-label", label);
    this.select.addEventListener("change", () => this.#chosen(this.select.value));
    this.here = this.element.querySelector(".slot-here");
  }

  /** @param {string[]} ids of the options that are here @param {Line[]} lines all that may be put here */
  show(ids, lines) {
    this.#ids = ids;
    this.#lines = lines;
    this.select.replaceChildren(this.#line("", this.say(this.isMany && ids.length ? "slot.more" : "slot.none")));
    for (const { id, words, isElsewhere } of lines) {
      if (!this.isMany || !ids.includes(id)) this.select.append(this.#line(id, words, isElsewhere));
    }
    this.select.value = this.isMany ? "" : (ids[0] ?? "");
    this.element.dataset.filled = String(ids.length > 0);
    this.element.querySelector(".slot-chips").replaceChildren(...(this.isMany ? ids.map((id) => this.#chip(id)) : []));
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.select.disabled = locked;
    for (const chip of this.element.querySelectorAll("button")) chip.disabled = locked;
  }

  /** Something is held that may be put here. @param {string | null} words null: no longer */
  offer(words) {
    this.here.hidden = words === null;
    this.select.hidden = words !== null;
    if (words === null) return;
    const [here] = this.isMany ? [] : this.#ids;
    const held = this.#lines.find((line) => line.id === here)?.words;
    this.here.textContent = held ? this.say("slot.instead", { words: held }) : this.say("slot.here");
    this.here.setAttribute("aria-label", `${this.here.textContent}: ${words}, ${this.label}`);
  }

  /** @param {string} id */
  #chosen(id) {
    if (id) this.onPut(id);
    else if (!this.isMany) for (const here of this.#ids) this.onTake(here);
  }

  /** @param {string} id @param {string} words @param {boolean} [isElsewhere] */
  #line(id, words, isElsewhere = false) {
    const line = new Option(words, id);
    line.disabled = isElsewhere;
    if (id) line.lang = this.lang;
    return line;
  }

  /** @param {string} id */
  #chip(id) {
    const chip = clone("slot-chip-template");
    const words = this.#lines.find((line) => line.id === id)?.words ?? "";
    chip.querySelector("span").textContent = words;
    chip.setAttribute("aria-label", this.say("slot.remove", { words, place: this.label }));
    chip.addEventListener("click", () => {
      this.onTake(id);
      this.select.focus();
    });
    return chip;
  }
}
