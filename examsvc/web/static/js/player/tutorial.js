/** Harmless items to try everything on before the start: the same as in the exam, and nothing of them is sent. */

import { byId } from "./dom.js";
import { ItemView } from "./item.js";
import { shortcut } from "./shortcuts.js";
import { announce } from "./texts.js";

/** @typedef {(key: string, values?: Record<string, unknown>) => string} Say */
/** @typedef {"choose" | "flag" | "strike" | "note" | "zoom" | "kinds"} Step */
/** @typedef {import("./item.js").Item & {name: string}} Example name: what its button says */

export class Tutorial {
  /** @type {Set<Step>} */
  done = new Set();
  /** @type {Set<ItemView>} those that have had a response */
  #tried = new Set();
  #index = 0;

  /**
   * @param {object} parts
   * @param {Say} parts.say
   * @param {Example[]} parts.items made up, on no form
   * @param {import("./tools.js").Tools} parts.tools
   */
  constructor({ say, items, tools }) {
    this.say = say;
    this.views = items.map((item) => this.#view(item));
    this.place = byId("tutorial-item");
    this.place.replaceChildren(...this.views.map((view) => view.element));
    /** @type {HTMLElement[]} */
    this.lines = items.map((item, at) => this.#line(item, at));
    byId("tutorial-examples").replaceChildren(...this.lines);
    this.flag = byId("tutorial-flag");
    this.flag.addEventListener("click", () => this.#toggleFlag());
    byId("tutorial-clear").addEventListener("click", () => this.view.interaction.respond(null));
    this.place.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#pressed(event));
    tools.onZoom(() => this.#tick("zoom"));
    this.#show(0);
  }

  /** The one on the screen. */
  get view() {
    return this.views[this.#index];
  }

  /** @param {Example} item */
  #view(item) {
    const { say } = this;
    /** @type {ItemView} */
    const view = new ItemView({
      item,
      position: say("tutorial.position"),
      say,
      onChange: (state, words) => this.#acted(view, state, words),
    });
    const title = document.createElement("h3"); // a page has one heading of the first rank
    title.className = view.heading.className;
    title.textContent = `${view.heading.textContent}: ${item.name}`;
    view.heading.replaceWith(title);
    view.showSave(null);
    return view;
  }

  /** @param {Example} item @param {number} at */
  #line(item, at) {
    const line = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-primary";
    button.textContent = item.name;
    button.addEventListener("click", () => this.#show(at));
    line.append(button);
    return line;
  }

  /** @param {number} index */
  #show(index) {
    this.view.flush();
    this.#index = index;
    this.views.forEach((view, at) => (view.element.hidden = at !== index));
    this.#refresh();
  }

  #refresh() {
    this.lines.forEach((line, at) => {
      const button = /** @type {HTMLElement} */ (line.firstElementChild);
      const isTried = this.#tried.has(this.views[at]);
      line.dataset.done = String(isTried);
      button.setAttribute("aria-current", String(at === this.#index));
      button.title = isTried ? this.say("tutorial.step_done") : "";
    });
    this.flag.setAttribute("aria-pressed", String(this.view.state.flagged));
    byId("tutorial-clear").disabled = this.view.state.response === null;
  }

  /** @param {ItemView} view @param {import("./events.js").ItemState} state @param {string} [words] */
  #acted(view, state, words) {
    if (words) return announce(words);
    if (state.response !== null) this.#respondedTo(view);
    if (state.struck.length) this.#tick("strike");
    if (state.note) this.#tick("note");
    this.#refresh();
  }

  /** @param {ItemView} view */
  #respondedTo(view) {
    this.#tried.add(view);
    if (view === this.views[0]) this.#tick("choose");
    if (this.#tried.size === this.views.length) this.#tick("kinds");
  }

  #toggleFlag() {
    this.view.flag(!this.view.state.flagged);
    this.#tick("flag");
    this.#refresh();
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
