/** Putting options to places: what all ways of doing so have in common, wherever the places stand. */

import { clone } from "../dom.js";
import { Bank } from "./bank.js";
import { letterOf } from "./letters.js";
import { Pairs } from "./pairs.js";
import { plain } from "./plain.js";
import { Slot } from "./slot.js";

/** @typedef {import("./registry.js").Interaction} Interaction */
/** @typedef {import("./registry.js").Parts} Parts */
/** @typedef {{label: string, withBank: boolean}} Manner the key of what a place is called; options stand beside the places, too */

/** @implements {Interaction} */
export class Paired {
  isLocked = false;
  /** @type {Slot[]} one for each place */
  slots = [];
  /** @type {Bank | null} */
  bank = null;

  /** @param {Parts} parts @param {Manner} manner */
  constructor({ item, say, onChange }, manner) {
    this.item = item;
    this.say = say;
    this.onChange = onChange;
    this.manner = manner;
    this.lang = item.lang ?? "vi";
    this.places = item.places ?? [];
    this.pairs = new Pairs({ options: item.options, places: this.places });
    this.words = new Map(item.options.map((option) => [option.id, plain(option.content)]));
    this.element = clone("paired-template");
    this.line = this.element.querySelector(".chosen-count");
  }

  /** @param {HTMLElement} stem @returns {HTMLElement} */
  render(stem) {
    this.slots = this.places.map((place, at) => this.#slot(place, at));
    if (this.manner.withBank) {
      this.bank = new Bank({ options: this.item.options, lang: this.lang, say: this.say, onHold: (words) => this.#offer(words) });
      this.element.prepend(this.bank.element);
      this.slots.forEach((slot, at) => this.bank?.accept(slot.element, (id) => this.put(id, at)));
    }
    this.place(stem);
    this.show();
    return this.element;
  }

  /** Lay the slots where they belong. @param {HTMLElement} _stem */
  place(_stem) {
    throw new Error("each has its own places");
  }

  read() {
    return { response: this.pairs.response, struck: /** @type {string[]} */ ([]) };
  }

  /** @param {{response: string | null, struck: string[]}} state */
  set({ response }) {
    this.pairs.response = response;
    this.show();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.isLocked = locked;
    this.bank?.lock(locked);
    for (const slot of this.slots) slot.lock(locked);
  }

  /** @param {string | null} response */
  respond(response) {
    if (this.isLocked || this.pairs.response === response) return;
    this.bank?.drop();
    this.pairs.response = response;
    this.#changed();
  }

  choose() {}
  strike() {}

  /** @param {string} option @param {number} at which place, from 0 */
  put(option, at) {
    if (this.isLocked) return;
    const left = this.pairs.put(option, this.places[at].id);
    this.bank?.drop();
    this.#changed();
    this.slots[at].select.focus();
    const words = this.words.get(option);
    if (!left.length) return this.onChange(this.#countWords());
    const numbers = left.map((id) => this.places.findIndex((place) => place.id === id) + 1);
    this.onChange(this.say("slot.moved", { words, from: numbers.join(", "), to: at + 1 }));
  }

  #changed() {
    this.show();
    this.onChange();
  }

  /** @param {import("../item.js").Place} place @param {number} at */
  #slot(place, at) {
    const slot = new Slot({
      label: this.say(this.manner.label, { number: at + 1 }),
      isMany: place.at_most !== undefined && place.at_most !== 1,
      lang: this.lang,
      say: this.say,
      onPut: (option) => this.put(option, at),
      onTake: (option) => {
        this.pairs.take(option, place.id);
        this.#changed();
        this.onChange(this.#countWords());
      },
    });
    slot.here.addEventListener("click", () => this.bank?.held && this.put(this.bank.held, at));
    return slot;
  }

  /** @param {string | null} words of what was picked up; null: it was put down */
  #offer(words) {
    for (const slot of this.slots) slot.offer(words);
    if (words) this.onChange(this.say("bank.held", { words }));
  }

  #countWords() {
    return this.say("pairs.count", { count: this.pairs.count, total: this.places.length });
  }

  /** Bring every sign up to the pairs. */
  show() {
    this.places.forEach((place, at) => this.slots[at]?.show(this.pairs.at(place.id), this.#lines(place)));
    this.bank?.show((id) => this.#numbersOf(id).join(", "));
    this.line.textContent = this.#countWords();
    if (this.isLocked) for (const slot of this.slots) slot.lock(true);
  }

  /** @param {string} option @returns {number[]} of the places where it is */
  #numbersOf(option) {
    return this.pairs.placesOf(option).map((id) => this.places.findIndex((place) => place.id === id) + 1);
  }

  /** @param {import("../item.js").Place} place @returns {import("./slot.js").Line[]} what may be put there */
  #lines(place) {
    const own = this.item.options.filter((option) => (option.place ?? place.id) === place.id);
    return own.map((option) => {
      const name = this.manner.withBank ? `${letterOf(this.item.options.indexOf(option))}. ` : "";
      const isElsewhere = this.pairs.isUsedUp(option.id) && !this.pairs.at(place.id).includes(option.id);
      const where = isElsewhere ? ` ${this.say("slot.at", { numbers: this.#numbersOf(option.id).join(", ") })}` : "";
      return { id: option.id, words: `${name}${this.words.get(option.id)}${where}`, isElsewhere };
    });
  }
}

/** Places that stand in the stem: where it marks them, and below it where it does not. */
class InStem extends Paired {
  /** @param {HTMLElement} stem @override */
  place(stem) {
    this.slots.forEach((slot, at) => {
      const mark = stem.querySelector(`.place[data-place="${CSS.escape(this.places[at].id)}"]`);
      slot.element.querySelector(".slot-number").textContent = `(${at + 1})`;
      if (mark) mark.replaceChildren(slot.element);
      else this.element.prepend(slot.element);
    });
  }
}

/** Each gap has a list of its own. */
export class InlineChoice extends InStem {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { label: "slot.gap", withBank: false });
  }
}

/** Words below the text go into its gaps. */
export class GapMatch extends InStem {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { label: "slot.gap", withBank: true });
  }
}

/** Each thing on the left gets its like. */
export class Match extends Paired {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { label: "slot.row", withBank: true });
  }

  /** @param {HTMLElement} _stem @override */
  place(_stem) {
    const rows = this.places.map((place, at) => {
      const row = clone("match-template");
      row.querySelector(".letter").textContent = String(at + 1);
      const content = row.querySelector(".content");
      content.innerHTML = place.content;
      content.lang = this.lang;
      content.id = `match-${this.item.item_id}-${place.id}`;
      this.slots[at].select.setAttribute("aria-describedby", content.id);
      row.append(this.slots[at].element);
      return row;
    });
    const list = document.createElement("ol");
    list.className = "match-rows";
    list.append(...rows);
    this.line.before(list);
  }
}
