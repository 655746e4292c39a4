/** Choosing one or several: what all ways of doing so have in common, whatever they look like. */

import { clone } from "../dom.js";
import { Chosen } from "./chosen.js";

/** @typedef {import("./registry.js").Interaction} Interaction */
/** @typedef {import("./registry.js").Parts} Parts */

/** @implements {Interaction} */
export class Some {
  isLocked = false;

  /** @param {Parts} parts @param {{id: string}[]} choosable from the top @param {number | null} [atMost] null: any number */
  constructor({ item, say, onChange }, choosable, atMost = item.at_most ?? null) {
    this.item = item;
    this.say = say;
    this.onChange = onChange;
    this.chosen = new Chosen(choosable.map(({ id }) => id), atMost);
    /** how many are chosen, and how many may be */
    this.line = clone("count-template");
  }

  /** @param {HTMLElement} _stem @returns {HTMLElement} */
  render(_stem) {
    throw new Error("each has its own look");
  }

  read() {
    return { response: this.chosen.response, struck: /** @type {string[]} */ ([]) };
  }

  /** @param {{response: string | null, struck: string[]}} state */
  set({ response }) {
    this.chosen.response = response;
    this.show();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.isLocked = locked;
    this.show();
  }

  /** @param {string | null} response null: none */
  respond(response) {
    if (this.isLocked || this.chosen.response === response) return;
    this.chosen.response = response;
    this.changed();
  }

  /** @param {number} place from 0 */
  choose(place) {
    const id = this.chosen.known[place];
    if (id === undefined || this.isLocked) return;
    this.toggle(id);
    this.controlOf(place)?.focus();
  }

  /** @param {number | null} _place */
  strike(_place) {}

  /** @param {string} id choose it, or choose it no more */
  toggle(id) {
    if (this.isLocked) return;
    const done = this.chosen.toggle(id);
    this.line.dataset.full = String(done === "full");
    if (done === "full") {
      this.show(); // a box that ticked itself is put right
      return this.onChange(this.say("chosen.full", { most: this.chosen.atMost }));
    }
    this.changed();
    this.onChange(this.countWords());
  }

  changed() {
    this.show();
    this.onChange();
  }

  countWords() {
    const { count, atMost } = this.chosen;
    return atMost === null ? this.say("chosen.count", { count }) : this.say("chosen.of", { count, most: atMost });
  }

  /** @param {number} _place @returns {HTMLElement | null} what is pressed to choose it */
  controlOf(_place) {
    return null;
  }

  /** Bring every sign up to what is chosen. */
  show() {
    const isFull = this.line.dataset.full === "true";
    this.line.textContent = isFull ? this.say("chosen.full", { most: this.chosen.atMost }) : this.countWords();
    if (this.chosen.count !== this.chosen.atMost) this.line.dataset.full = "false";
  }
}
