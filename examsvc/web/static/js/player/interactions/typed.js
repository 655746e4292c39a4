/** What is typed: a number, some words, an essay. */

import { clone } from "../dom.js";
import { Pace } from "./pace.js";
import { isNumber, lengthOf, trimmed } from "./spelling.js";

/** @typedef {import("./registry.js").Interaction} Interaction */
/** @typedef {import("./registry.js").Parts} Parts */

/** @typedef {object} Manner @property {string} template @property {string} label key of its words @property {boolean} isNumber */

const WORTH_KEEPING = 40; // characters that one does not type anew without grief

/** @implements {Interaction} */
export class Typed {
  /** @type {string | null} as handed on last */
  #kept = null;
  #cleared = "";
  /** @type {any} */
  #element = null;
  /** @type {any} */
  #field = null;
  #pace = new Pace(
    () => this.#handOn(false),
    () => this.#field.value.length,
  );
  #told = "";

  /** @param {Parts} parts @param {Manner} manner */
  constructor({ item, say, onChange }, manner) {
    this.item = item;
    this.say = say;
    this.onChange = onChange;
    this.manner = manner;
    this.most = item.most_characters ?? 0;
  }

  /** @param {HTMLElement} stem what describes the field @returns {HTMLElement} */
  render(stem) {
    const id = `typed-${this.item.item_id}`;
    this.#element = clone(this.manner.template);
    this.#field = this.#element.querySelector(".typed-field");
    this.#field.id = id;
    if (this.most) this.#field.maxLength = this.most;
    const label = this.#element.querySelector("label");
    label.htmlFor = id;
    label.textContent = this.say(this.manner.label);
    const hint = this.#element.querySelector(".typed-hint");
    hint.id = `${id}-hint`;
    hint.textContent = this.manner.isNumber ? this.say("number.hint") : "";
    this.#element.querySelector(".typed-error").id = `${id}-error`;
    this.#field.setAttribute("aria-describedby", `${stem.id} ${hint.id} ${id}-error`);
    this.#listen();
    this.#show();
    return this.#element;
  }

  read() {
    return { response: this.#kept, struck: /** @type {string[]} */ ([]) };
  }

  /** @param {{response: string | null, struck: string[]}} state */
  set({ response }) {
    this.#kept = response;
    this.#field.value = response ?? "";
    this.#show();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.#field.readOnly = locked;
    this.#element.querySelector(".typed-restore").disabled = locked;
  }

  /** @param {string | null} response null: what stands there is taken away, and can be brought back */
  respond(response) {
    if (this.#field.readOnly) return;
    this.#cleared = response === null && this.#field.value.length >= WORTH_KEEPING ? this.#field.value : "";
    this.#field.value = response ?? "";
    this.flush();
  }

  /** Hand on what stands there now. */
  flush() {
    this.#pace.stop();
    this.#handOn(true);
  }

  choose() {}
  strike() {}

  #listen() {
    this.#field.addEventListener("input", (/** @type {InputEvent} */ event) => this.#typed(event.isComposing));
    this.#field.addEventListener("compositionend", () => this.#typed(false));
    this.#field.addEventListener("blur", () => this.flush());
    this.#element.querySelector(".typed-restore").addEventListener("click", () => {
      this.respond(this.#cleared);
      this.#field.focus();
    });
  }

  /** @param {boolean} isComposing */
  #typed(isComposing) {
    this.#cleared = "";
    this.#pace.typed(isComposing);
    this.#showCount();
    if (this.#isUsable) this.#showError(); // what was wrong is right now; what is not yet right is told later
  }

  /** @returns {string} */
  get #text() {
    return trimmed(this.#field.value);
  }

  get #isUsable() {
    return !this.manner.isNumber || this.#text === "" || isNumber(this.#text);
  }

  /** What is no number is kept as it was typed, and told once nobody types any more. @param {boolean} isDone */
  #handOn(isDone) {
    const text = this.#text || null;
    if (isDone) this.#show();
    if (text !== this.#kept) {
      this.#kept = text;
      this.onChange();
    }
    if (!isDone) return;
    const wrong = this.#isUsable ? "" : this.#text;
    if (wrong && wrong !== this.#told) this.onChange(this.say("number.wrong"));
    this.#told = wrong;
  }

  #show() {
    this.#showCount();
    this.#showError();
    this.#element.querySelector(".typed-restore").hidden = !this.#cleared;
  }

  #showCount() {
    const count = this.#element.querySelector(".typed-count");
    count.textContent = this.manner.isNumber ? "" : this.say("note.count", { count: lengthOf(this.#field.value), limit: this.most });
  }

  #showError() {
    const words = this.#isUsable ? "" : this.say("number.wrong");
    this.#element.querySelector(".typed-error").textContent = words;
    this.#field.setAttribute("aria-invalid", String(!this.#isUsable));
  }
}

export class Numeric extends Typed {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { template: "typed-template", label: "number.label", isNumber: true });
  }
}

export class ShortText extends Typed {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { template: "typed-template", label: "text.label", isNumber: false });
  }
}

export class Essay extends Typed {
  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, { template: "essay-template", label: "essay.label", isNumber: false });
  }
}
