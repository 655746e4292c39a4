/** One item on the screen: its stem, how it is responded to, a note, and how safe all that is. */

import { clone } from "./dom.js";
import { interactionFor } from "./interactions/registry.js";
import { NoteField } from "./notes.js";
import { firstLanguage, wordedIn } from "./wording.js";

/** @typedef {{shape: string, coords: number[]}} Area of a picture, in its own pixels */
/** @typedef {{id: string, content: string, place?: string | null, at_most?: number | null}} Option at_most: to how many places it may be put */
/** @typedef {{id: string, content: string, area?: Area | null, at_most?: number | null}} Place at_most: how many options it takes */
/** @typedef {{stem: string, options?: Record<string, string>, places?: Record<string, string>}} English */
/**
 * @typedef {object} Item
 * @property {string} item_id
 * @property {number} number
 * @property {number} [section] from 1
 * @property {string} [interaction]
 * @property {string} stem safe HTML of the server
 * @property {string} [lang] of its wording, where it is not Vietnamese
 * @property {Option[]} options in the order in which they are shown
 * @property {Place[]} [places]
 * @property {number | null} [at_most] how many may be chosen, where several may
 * @property {number} [most_characters] of what is typed
 * @property {{id: string | number, content: string, english?: string} | null} [stimulus] what it shares with its neighbours
 * @property {English | null} [english]
 */
/** @typedef {import("./events.js").ItemState} ItemState */
/** @typedef {import("./interactions/registry.js").Interaction} Interaction */

export class ItemView {
  #flagged = false;
  #locked = false;
  /** @type {HTMLElement | null} what is responded with */
  #control = null;

  /**
   * @param {object} parts
   * @param {Item} parts.item
   * @param {string} parts.position what its heading says
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {(state: ItemState, words?: string) => void} parts.onChange the candidate changed it; words are read out
   * @param {() => void} [parts.onLanguage] it is read in another language now
   */
  constructor({ item, position, say, onChange, onLanguage = () => {} }) {
    this.item = item;
    this.say = say;
    this.onLanguage = onLanguage;
    /** @param {string} [words] */
    this.changed = (words) => onChange(this.state, words);
    this.element = clone("item-template");
    this.element.querySelector(".item-position").textContent = position;
    this.stem = this.element.querySelector(".stem");
    this.stem.id = `stem-${item.item_id}`;
    this.language = firstLanguage(item, document.documentElement.lang);
    this.interaction = this.#word();
    this.note = new NoteField(this.element.querySelector(".note"), { say, onChange: () => this.changed() });
    if (this.language === "en") this.#offerLanguages();
    this.set({ response: null, flagged: false, struck: [], note: "" });
  }

  /** @returns {ItemState} the whole of it, a fresh object each time */
  get state() {
    const { response, struck } = this.interaction.read();
    return { response, flagged: this.#flagged, struck: [...struck], note: this.note.text };
  }

  get heading() {
    return this.element.querySelector(".item-position");
  }

  /** Whether it is responded to on this page at all. */
  get isElsewhere() {
    return this.interaction.isElsewhere === true;
  }

  /** @param {ItemState} state as the server has it */
  set({ response, flagged, struck, note }) {
    this.#flagged = flagged;
    this.interaction.set({ response, struck });
    this.note.set(note);
  }

  /** @param {boolean} flagged */
  flag(flagged) {
    this.#flagged = flagged;
  }

  /** Hand on what is still being typed. */
  flush() {
    this.interaction.flush?.();
    this.note.flush();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.#locked = locked;
    this.interaction.lock(locked);
    this.note.lock(locked);
  }

  /** @param {import("./queue.js").SaveState | null} state null: there is nothing to save yet */
  showSave(state) {
    const line = this.element.querySelector(".item-save");
    line.hidden = state === null;
    if (state === null || line.dataset.state === state) return;
    line.dataset.state = state;
    line.querySelector("span").textContent = this.say(`save.${state}`);
    line.querySelector("use").setAttribute("href", `#i-${state === "refused" ? "unsaved" : state}`);
  }

  /** Lay the wording out in the current language. @returns {Interaction} */
  #word() {
    const item = wordedIn(this.item, this.language);
    this.stem.innerHTML = item.stem;
    this.stem.lang = item.lang ?? "vi";
    const interaction = interactionFor({ item, say: this.say, onChange: this.changed });
    const control = interaction.render(this.stem);
    if (this.#control) this.#control.replaceWith(control);
    else this.stem.after(control);
    this.#control = control;
    return interaction;
  }

  #offerLanguages() {
    const offer = clone("language-template");
    this.element.querySelector(".item-position").after(offer);
    const show = () => {
      for (const button of offer.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.lang === this.language));
    };
    for (const button of offer.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        this.#read(button.lang);
        show();
      });
    }
    show();
  }

  /** @param {import("./wording.js").Language} language */
  #read(language) {
    if (language === this.language) return;
    this.interaction.flush?.();
    const held = this.interaction.read();
    this.language = language;
    this.interaction = this.#word();
    this.interaction.set(held);
    this.interaction.lock(this.#locked);
    this.onLanguage();
  }
}
