/** Bringing options into an order: by buttons, and by mouse also by dragging. */

import { clone } from "../dom.js";
import { Ordered } from "./ordered.js";
import { plain } from "./plain.js";

/** @typedef {import("./registry.js").Interaction} Interaction */
/** @typedef {import("./registry.js").Parts} Parts */

/** @implements {Interaction} */
export class Order {
  #isLocked = false;
  /** @type {any} */
  #element = null;
  /** @type {Map<string, any>} option to row */
  #rows = new Map();
  #dragged = "";

  /** @param {Parts} parts */
  constructor({ item, say, onChange }) {
    this.item = item;
    this.say = say;
    this.onChange = onChange;
    this.ordered = new Ordered(item.options.map(({ id }) => id));
    this.words = new Map(item.options.map((option) => [option.id, plain(option.content, 60)]));
  }

  /** @param {HTMLElement} stem @returns {HTMLElement} */
  render(stem) {
    this.#element = clone("order-template");
    this.#element.setAttribute("aria-describedby", stem.id);
    for (const option of this.item.options) this.#rows.set(option.id, this.#row(option));
    this.#element.querySelector(".order-confirm").addEventListener("click", () => this.#confirm());
    this.#show();
    return this.#element;
  }

  read() {
    return { response: this.ordered.response, struck: /** @type {string[]} */ ([]) };
  }

  /** @param {{response: string | null, struck: string[]}} state */
  set({ response }) {
    this.ordered.response = response;
    this.#show();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.#isLocked = locked;
    for (const button of this.#element.querySelectorAll("button")) button.disabled = locked;
    for (const row of this.#rows.values()) row.draggable = !locked;
  }

  /** @param {string | null} response null: as it was at first, and not yet said to be right */
  respond(response) {
    if (this.#isLocked || this.ordered.response === response) return;
    this.ordered.response = response;
    this.#show();
    this.onChange();
  }

  choose() {}
  strike() {}

  #confirm() {
    if (this.#isLocked || !this.ordered.confirm()) return;
    this.#show();
    this.onChange();
    this.onChange(this.say("order.is_said"));
    this.#element.querySelector(".order-state").focus();
  }

  /** @param {string} id @param {number} to a place from 0 */
  #move(id, to) {
    if (this.#isLocked || !this.ordered.move(id, to)) return false;
    this.#show();
    this.onChange();
    this.onChange(this.say("order.moved", { words: this.words.get(id), place: to + 1, total: this.ordered.ids.length }));
    return true;
  }

  /** @param {{id: string, content: string}} option */
  #row(option) {
    const row = clone("order-row-template");
    row.querySelector(".content").innerHTML = option.content;
    row.querySelector(".content").lang = this.item.lang ?? "vi";
    for (const [name, step] of /** @type {[string, number][]} */ ([["up", -1], ["down", 1]])) {
      const button = row.querySelector(`.order-${name}`);
      button.setAttribute("aria-label", this.say(`order.${name}`, { words: this.words.get(option.id) }));
      button.addEventListener("click", () => {
        this.#move(option.id, this.ordered.ids.indexOf(option.id) + step);
        button.focus(); // its row has moved, and it goes along
      });
    }
    this.#draggable(row, option.id);
    return row;
  }

  /** @param {any} row @param {string} id */
  #draggable(row, id) {
    row.addEventListener("dragstart", (/** @type {DragEvent} */ event) => {
      this.#dragged = id;
      event.dataTransfer?.setData("text/x-row", id);
    });
    row.addEventListener("dragend", () => (this.#dragged = ""));
    row.addEventListener("dragover", (/** @type {DragEvent} */ event) => this.#dragged && event.preventDefault());
    row.addEventListener("drop", (/** @type {DragEvent} */ event) => {
      if (!this.#dragged) return;
      event.preventDefault();
      this.#move(this.#dragged, this.ordered.ids.indexOf(id));
    });
  }

  #show() {
    const { ids, response } = this.ordered;
    const list = this.#element.querySelector(".order-rows");
    ids.forEach((id, at) => {
      const row = this.#rows.get(id);
      if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
      row.querySelector(".letter").textContent = String(at + 1);
      row.querySelector(".order-up").setAttribute("aria-disabled", String(at === 0));
      row.querySelector(".order-down").setAttribute("aria-disabled", String(at === ids.length - 1));
    });
    this.#element.dataset.said = String(response !== null);
    this.#element.querySelector(".order-confirm").hidden = response !== null;
    this.#element.querySelector(".order-state").textContent = this.say(response === null ? "order.unsaid" : "order.said");
  }
}
