/** A harmless item to try everything on before the start: the same as in the exam, and nothing of it is sent. */

import { byId } from "./dom.js";
import { ItemView } from "./item.js";
import { shortcut } from "./shortcuts.js";
import { announce } from "./texts.js";

/** @typedef {(key: string, values?: Record<string, unknown>) => string} Say */
/** @typedef {"choose" | "flag" | "strike" | "note" | "zoom"} Step */

export class Tutorial {
  /** @type {Set<Step>} */
  done = new Set();

  /**
   * @param {object} parts
   * @param {Say} parts.say
   * @param {import("./item.js").Item} parts.item made up, on no form
   * @param {import("./tools.js").Tools} parts.tools
   */
  constructor({ say, item, tools }) {
    this.say = say;
    this.view = new ItemView({ item, position: say("tutorial.position"), say, onChange: (state, words) => this.#acted(state, words) });
    const title = document.createElement("h3"); // a page has one heading of the first rank
    title.className = this.view.heading.className;
    title.textContent = this.view.heading.textContent;
    this.view.heading.replaceWith(title);
    this.place = byId("tutorial-item");
    this.place.replaceChildren(this.view.element);
    this.view.element.hidden = false;
    this.view.showSave(null);
    this.flag = byId("tutorial-flag");
    this.flag.addEventListener("click", () => this.#toggleFlag());
    this.place.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#pressed(event));
    tools.onZoom(() => this.#tick("zoom"));
  }

  /** @param {import("./events.js").ItemState} state @param {string} [words] */
  #acted(state, words) {
    if (words) return announce(words);
    if (state.response !== null) this.#tick("choose");
    if (state.struck.length) this.#tick("strike");
    if (state.note) this.#tick("note");
  }

  #toggleFlag() {
    const flagged = !this.view.state.flagged;
    this.view.flag(flagged);
    this.flag.setAttribute("aria-pressed", String(flagged));
    this.#tick("flag");
  }

  /** The same keys as in the exam, as long as the practice item has the focus. @param {KeyboardEvent} event */
  #pressed(event) {
    const wanted = byId("shortcuts").checked ? shortcut(event) : null;
    if (!wanted) return;
    if (wanted.act === "flag") this.#toggleFlag();
    else if (wanted.place === undefined) return; // zoom means the same everywhere
    else if (wanted.act === "strike") this.view.interaction.strike(wanted.place);
    else if (wanted.place !== null) this.view.interaction.choose(wanted.place);
    event.preventDefault();
  }

  /** @param {Step} step */
  #tick(step) {
    if (this.done.has(step)) return;
    this.done.add(step);
    const line = byId(`step-${step}`);
    line.dataset.done = "true";
    line.querySelector("use").setAttribute("href", "#i-check");
    line.querySelector(".visually-hidden").textContent = this.say("tutorial.step_done");
    const isAll = this.done.size === byId("tutorial-steps").children.length;
    byId("tutorial-done").hidden = !isAll;
    if (isAll) announce(this.say("tutorial.done"));
  }
}
