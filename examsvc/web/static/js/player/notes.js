/** A candidate's own note on an item: handed on when the typing rests, never in the middle of a Vietnamese syllable. */

export const MAX_NOTE = 2_000;
const REST_MS = 800;

let made = 0;

export class NoteField {
  #kept = "";
  #timer = 0;

  /**
   * @param {any} details the fold with a textarea in it
   * @param {object} parts
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {() => void} parts.onChange the note reads otherwise than before
   */
  constructor(details, { say, onChange }) {
    this.details = details;
    this.say = say;
    this.onChange = onChange;
    /** @type {HTMLTextAreaElement} */
    this.area = details.querySelector("textarea");
    this.area.id = `note-${++made}`;
    this.area.maxLength = MAX_NOTE;
    details.querySelector("label").htmlFor = this.area.id;
    this.area.addEventListener("input", (event) => this.#typed(/** @type {InputEvent} */ (event).isComposing));
    this.area.addEventListener("compositionend", () => this.#typed(false));
    this.area.addEventListener("blur", () => this.flush());
  }

  get text() {
    return this.#kept;
  }

  /** @param {string} text */
  set(text) {
    this.#kept = text;
    this.area.value = text;
    this.details.open = text !== "";
    this.#show();
  }

  /** @param {boolean} locked */
  lock(locked) {
    this.area.readOnly = locked;
  }

  /** Hand on what stands there now. */
  flush() {
    clearTimeout(this.#timer);
    const text = this.area.value.normalize("NFC").slice(0, MAX_NOTE);
    if (text === this.#kept) return;
    this.#kept = text;
    this.onChange();
  }

  /** @param {boolean} isComposing a syllable is still being put together */
  #typed(isComposing) {
    this.#show();
    clearTimeout(this.#timer);
    if (!isComposing) this.#timer = window.setTimeout(() => this.flush(), REST_MS);
  }

  #show() {
    const length = this.area.value.length;
    this.details.dataset.written = String(length > 0);
    this.details.querySelector(".note-word").textContent = this.say(length ? "note.written" : "note.none");
    this.details.querySelector(".note-count").textContent = this.say("note.count", { count: length, limit: MAX_NOTE });
  }
}
