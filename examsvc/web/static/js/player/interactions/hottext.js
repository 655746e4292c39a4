/** Words of the text that are chosen where they stand. */

import { clone } from "../dom.js";
import { Some } from "./some.js";

/** @typedef {import("./registry.js").Parts} Parts */

export class Hottext extends Some {
  /** @type {any[]} one for each place */
  #buttons = [];

  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, parts.item.places ?? []);
    this.places = parts.item.places ?? [];
  }

  /** @param {HTMLElement} stem @returns {HTMLElement} @override */
  render(stem) {
    const element = clone("hottext-template");
    element.append(this.line);
    this.#buttons = this.places.map((place) => {
      const button = clone("hottext-button-template");
      const mark = stem.querySelector(`.place[data-place="${CSS.escape(place.id)}"]`);
      button.innerHTML = mark?.innerHTML.trim() || place.content;
      button.addEventListener("click", () => this.toggle(place.id));
      if (mark) mark.replaceChildren(button);
      else element.prepend(button);
      return button;
    });
    this.show();
    return element;
  }

  /** @param {boolean} locked @override */
  lock(locked) {
    for (const button of this.#buttons) button.disabled = locked;
    super.lock(locked);
  }

  /** @param {number} place @override */
  controlOf(place) {
    return this.#buttons[place];
  }

  /** @override */
  show() {
    super.show();
    this.#buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(this.chosen.has(this.places[at].id))));
  }
}
