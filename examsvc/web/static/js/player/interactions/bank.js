/** The options beside their places: pick one up, then say where it goes; by mouse it may be dragged, too. */

import { clone } from "../dom.js";
import { letterOf } from "./letters.js";
import { plain } from "./plain.js";

/** @typedef {{id: string, content: string}} Option */

const TYPE = "text/x-option";

export class Bank {
  /** @type {string | null} */
  held = null;
  /** @type {any[]} */
  #chips = [];

  /**
   * @param {object} parts
   * @param {Option[]} parts.options
   * @param {string} parts.lang
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {(words: string | null) => void} parts.onHold words of what is held; null: nothing any more
   */
  constructor({ options, lang, say, onHold }) {
    this.options = options;
    this.onHold = onHold;
    this.element = clone("bank-template");
    this.element.querySelector(".bank-hint").textContent = say("bank.hint");
    this.#chips = options.map((option, at) => this.#chip(option, at, lang));
    this.element.querySelector(".bank-chips").append(...this.#chips);
    this.say = say;
  }

  /** Put down what is held. */
  drop() {
    if (this.held !== null) this.#hold(null);
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.drop();
    for (const chip of this.#chips) chip.firstElementChild.disabled = locked;
  }

  /** @param {(id: string) => string} whereOf the numbers of the places where an option is; empty: nowhere */
  show(whereOf) {
    this.#chips.forEach((chip, at) => {
      const { id } = this.options[at];
      const where = whereOf(id);
      const button = chip.firstElementChild;
      button.setAttribute("aria-pressed", String(this.held === id));
      button.dataset.used = String(where !== "");
      chip.querySelector(".chip-where").textContent = where && `→ ${where}`;
    });
  }

  /** Let something that is dragged be let go of over an element. @param {HTMLElement} element @param {(id: string) => void} put */
  accept(element, put) {
    const mark = (/** @type {boolean} */ isOver) => (element.dataset.over = String(isOver));
    element.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes(TYPE)) return;
      event.preventDefault();
      mark(true);
    });
    element.addEventListener("dragleave", () => mark(false));
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      const id = event.dataTransfer?.getData(TYPE);
      if (id && this.options.some((option) => option.id === id)) put(id);
    });
  }

  /** @param {Option} option @param {number} at @param {string} lang */
  #chip(option, at, lang) {
    const chip = clone("chip-template");
    const button = chip.firstElementChild;
    chip.querySelector(".letter").textContent = letterOf(at);
    chip.querySelector(".content").innerHTML = option.content;
    chip.querySelector(".content").lang = lang;
    button.addEventListener("click", () => this.#hold(this.held === option.id ? null : option.id));
    button.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.drop());
    button.addEventListener("dragstart", (/** @type {DragEvent} */ event) => event.dataTransfer?.setData(TYPE, option.id));
    return chip;
  }

  /** @param {string | null} id */
  #hold(id) {
    this.held = id;
    const option = this.options.find((one) => one.id === id);
    for (const [at, chip] of this.#chips.entries()) {
      chip.firstElementChild.setAttribute("aria-pressed", String(this.options[at].id === id));
    }
    this.onHold(option ? plain(option.content) : null);
  }
}
