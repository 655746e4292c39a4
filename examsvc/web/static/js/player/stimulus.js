/** What several items are about: shown beside each of them, scrolled and folded as it was left. */

import { clone } from "./dom.js";

/** @typedef {import("./item.js").Item} Item */
/** @typedef {import("./wording.js").Language} Language */

export class Stimuli {
  /** @type {Map<string, any>} by the id of the stimulus */
  #panes = new Map();

  /** @param {HTMLElement} place @param {(key: string, values?: Record<string, unknown>) => string} say */
  constructor(place, say) {
    this.place = place;
    this.say = say;
  }

  /** @param {Item[]} items */
  fill(items) {
    this.#panes.clear();
    for (const item of items) {
      const { stimulus } = item;
      if (!stimulus || this.#panes.has(String(stimulus.id))) continue;
      const numbers = items.filter((one) => one.stimulus?.id === stimulus.id).map((one) => one.number);
      this.#panes.set(String(stimulus.id), this.#pane(item, numbers));
    }
    this.place.replaceChildren(...this.#panes.values());
    this.place.hidden = true;
  }

  /** @param {Item} item the one on the screen @param {Language} language in which it is read */
  show(item, language) {
    const shown = item.stimulus ? this.#panes.get(String(item.stimulus.id)) : null;
    this.place.hidden = !shown;
    for (const pane of this.#panes.values()) pane.hidden = pane !== shown;
    if (!shown) return;
    const hasEnglish = shown.querySelector(".stimulus-en").innerHTML !== "";
    const isEnglish = language === "en" && hasEnglish;
    shown.querySelector(".stimulus-vi").hidden = isEnglish;
    shown.querySelector(".stimulus-en").hidden = !isEnglish;
    shown.querySelector(".stimulus-only").hidden = language !== "en" || hasEnglish;
  }

  /** @param {Item} item @param {number[]} numbers of the items that are about it */
  #pane(item, numbers) {
    const pane = clone("stimulus-template");
    const key = numbers.length > 1 ? "stimulus.for" : "stimulus.for_one";
    const words = this.say(key, { numbers: numbers.join(", ") });
    pane.querySelector(".stimulus-name").textContent = words;
    pane.querySelector(".stimulus-text").setAttribute("aria-label", words);
    pane.querySelector(".stimulus-vi").innerHTML = item.stimulus?.content ?? "";
    pane.querySelector(".stimulus-en").innerHTML = item.stimulus?.english ?? "";
    return pane;
  }
}
