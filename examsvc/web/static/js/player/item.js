/** One item on the screen: its stem, how it is responded to, a note, and how safe all that is. */

import { clone } from "./dom.js";
import { interactionFor } from "./interactions/registry.js";
import { NoteField } from "./notes.js";

/**
 * @typedef {object} Item
 * @property {string} item_id
 * @property {number} number
 * @property {number} [section] from 1
 * @property {string} [interaction]
 * @property {string} stem safe HTML of the server
 * @property {string} [lang] of its wording, where it is not Vietnamese
 * @property {{id: string, content: string}[]} options
 */
/** @typedef {import("./events.js").ItemState} ItemState */

export class ItemView {
  #flagged = false;

  /**
   * @param {object} parts
   * @param {Item} parts.item
   * @param {string} parts.position what its heading says
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {(state: ItemState, words?: string) => void} parts.onChange the candidate changed it; words are read out
   */
  constructor({ item, position, say, onChange }) {
    this.item = item;
    this.say = say;
    /** @param {string} [words] */
    const changed = (words) => onChange(this.state, words);
    this.interaction = interactionFor({ item, say, onChange: changed });
    this.element = clone("item-template");
    this.element.querySelector(".item-position").textContent = position;
    const stem = this.element.querySelector(".stem");
    stem.id = `stem-${item.item_id}`;
    stem.innerHTML = item.stem;
    stem.lang = item.lang ?? "vi";
    stem.after(this.interaction.render(stem.id));
    this.note = new NoteField(this.element.querySelector(".note"), { say, onChange: () => changed() });
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

  /** @param {boolean} locked */
  lock(locked) {
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
}
