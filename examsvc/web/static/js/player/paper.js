/** The items on the screen: one at a time, the navigator, the review list, the keys. */

/**
 * @typedef {object} Item
 * @property {string} item_id
 * @property {number} number
 * @property {string} stem sanitised by the server
 * @property {{id: string, content: string}[]} options
 */
/** @typedef {{option: string | null, flagged: boolean}} Response */

const LETTERS = "ABCDEFGHIJ";

export class Paper {
  /** @type {Item[]} */
  items = [];
  /** @type {Map<string, Response>} */
  responses = new Map();
  /** @type {Set<string>} */
  seen = new Set();
  index = 0;

  /**
   * @param {object} parts
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {(itemId: string, payload: {option?: string | null, flagged?: boolean}) => void} parts.onAct
   * @param {(itemId: string) => import("./queue.js").SaveState} parts.saveState
   */
  constructor({ say, onAct, saveState }) {
    this.say = say;
    this.onAct = onAct;
    this.saveState = saveState;
  }

  /** @param {Item[]} items @param {Record<string, Response>} held what the server has */
  fill(items, held) {
    this.items = items;
    this.responses = new Map(Object.entries(held).map(([itemId, response]) => [itemId, { ...response }]));
    for (const itemId of this.responses.keys()) this.seen.add(itemId);
    byId("items").replaceChildren(...items.map((item) => this.#article(item)));
    byId("navigator-list").replaceChildren(...items.map((item, index) => this.#jump(item, index)));
    byId("review-list").replaceChildren(...items.map((item, index) => this.#jump(item, index)));
    const unseen = items.findIndex((item) => !this.seen.has(item.item_id));
    this.show(Math.max(0, this.responses.size ? unseen : 0), { focus: false });
  }

  get current() {
    return this.items[this.index];
  }

  get isLast() {
    return this.index === this.items.length - 1;
  }

  get openCount() {
    return this.items.filter((item) => this.#response(item).option === null).length;
  }

  get flaggedCount() {
    return this.items.filter((item) => this.#response(item).flagged).length;
  }

  /** @param {number} index @param {{focus?: boolean}} [how] */
  show(index, { focus = true } = {}) {
    if (index < 0 || index >= this.items.length) return;
    this.index = index;
    this.seen.add(this.current.item_id);
    [...byId("items").children].forEach((article, at) => article.toggleAttribute("hidden", at !== index));
    this.refresh();
    if (focus) {
      const heading = byId("items").children[index].querySelector("h1");
      scrollTo({ top: 0 });
      heading.focus({ preventScroll: true });
    }
  }

  /** @param {string | null} option */
  respond(option) {
    const item = this.current;
    if (this.#response(item).option === option) return;
    this.responses.set(item.item_id, { ...this.#response(item), option });
    for (const input of byId("items").children[this.index].querySelectorAll("input")) {
      input.checked = input.value === option;
    }
    this.onAct(item.item_id, { option });
    this.refresh();
  }

  /** @param {number} place which option, from the top */
  choose(place) {
    const option = this.current.options[place];
    if (!option) return;
    this.respond(option.id);
    byId("items").children[this.index].querySelectorAll("input")[place].focus();
  }

  toggleFlag() {
    const item = this.current;
    const flagged = !this.#response(item).flagged;
    this.responses.set(item.item_id, { ...this.#response(item), flagged });
    this.onAct(item.item_id, { flagged });
    this.refresh();
  }

  /** Bring every sign up to the responses. */
  refresh() {
    if (!this.items.length) return;
    const held = this.#response(this.current);
    const total = this.items.length;
    const responded = total - this.openCount;
    byId("progress").textContent = this.say("progress", { responded, total });
    byId("progress-bar").style.width = `${(100 * responded) / total}%`;
    byId("flag-text").textContent = this.say(held.flagged ? "item.unflag" : "item.flag");
    act("flag").setAttribute("aria-pressed", String(held.flagged));
    act("clear").disabled = held.option === null;
    act("previous").disabled = this.index === 0;
    act("next").querySelector("span").textContent = this.say(this.index === total - 1 ? "item.last" : "item.next");
    for (const list of ["navigator-list", "review-list"]) this.#refreshList(byId(list));
    this.refreshSave();
  }

  /** Show how safe the current item's response is. */
  refreshSave() {
    if (!this.items.length) return;
    const line = byId("items").children[this.index].querySelector(".item-save");
    const touched = this.responses.has(this.current.item_id);
    const state = this.saveState(this.current.item_id);
    line.toggleAttribute("hidden", !touched);
    line.dataset.state = state;
    line.querySelector("span").textContent = this.say(`save.${state}`);
    line.querySelector("use").setAttribute("href", `#i-${state === "refused" ? "unsaved" : state}`);
  }

  /** @param {boolean} locked whether nothing may be changed */
  lock(locked) {
    for (const fieldset of byId("items").querySelectorAll("fieldset")) fieldset.disabled = locked;
    for (const name of ["flag", "clear"]) act(name).disabled = locked;
    if (!locked) this.refresh();
  }

  /** @param {Item} item @returns {Response} */
  #response(item) {
    return this.responses.get(item.item_id) ?? { option: null, flagged: false };
  }

  /** @param {Item} item */
  #article(item) {
    const article = clone("item-template");
    const stemId = `stem-${item.item_id}`;
    article.hidden = true;
    article.querySelector("h1").textContent = this.say("item.position", {
      number: item.number,
      total: this.items.length,
    });
    const stem = article.querySelector(".stem");
    stem.id = stemId;
    stem.innerHTML = item.stem;
    article.querySelector("fieldset").setAttribute("aria-describedby", stemId);
    article.querySelector(".options").append(...item.options.map((option, at) => this.#option(item, option, at)));
    return article;
  }

  /** @param {Item} item @param {{id: string, content: string}} option @param {number} at */
  #option(item, option, at) {
    const label = clone("option-template");
    const input = label.querySelector("input");
    input.name = `item-${item.item_id}`;
    input.value = option.id;
    input.checked = this.#response(item).option === option.id;
    input.addEventListener("change", () => this.respond(option.id));
    label.querySelector(".letter").textContent = LETTERS[at];
    label.querySelector(".content").innerHTML = option.content;
    return label;
  }

  /** @param {Item} item @param {number} index */
  #jump(item, index) {
    const place = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jump";
    button.dataset.jump = String(index);
    button.innerHTML =
      '<span class="jump-number"></span><svg class="icon" aria-hidden="true"><use></use></svg>' +
      '<svg class="icon jump-flag" aria-hidden="true" hidden><use href="#i-flag"></use></svg>' +
      '<span class="jump-words"></span>';
    button.querySelector(".jump-number").textContent = String(item.number);
    place.append(button);
    return place;
  }

  /** @param {HTMLElement} list */
  #refreshList(list) {
    [...list.querySelectorAll("button")].forEach((button, index) => {
      const item = this.items[index];
      const { option, flagged } = this.#response(item);
      const state = option !== null ? "responded" : this.seen.has(item.item_id) ? "seen" : "unseen";
      const words = [this.say(`item.${state}`), ...(flagged ? [this.say("item.flagged")] : [])].join(", ");
      button.dataset.state = state;
      button.querySelector("use").setAttribute("href", { responded: "#i-check", seen: "#i-dash", unseen: "#i-ring" }[state]);
      button.querySelector(".jump-flag").toggleAttribute("hidden", !flagged);
      button.querySelector(".jump-words").textContent = words;
      button.setAttribute("aria-label", this.say("item.label", { number: item.number, state: words }));
      if (index === this.index) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }
}

/**
 * What a single key does, or null; never together with Ctrl, Alt or Meta, never in a text field.
 * @param {KeyboardEvent} event
 * @returns {{act: "choose", place: number} | {act: "next" | "previous" | "flag"} | null}
 */
export function shortcut(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key)) return { act: "choose", place: Number(key) - 1 };
  if (/^[a-d]$/.test(key)) return { act: "choose", place: key.charCodeAt(0) - 97 };
  const acts = /** @type {const} */ ({ n: "next", p: "previous", f: "flag" });
  return key in acts ? { act: acts[/** @type {"n"} */ (key)] } : null;
}

/** @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/** @param {string} name @returns {any} the button of an act */
export function act(name) {
  return document.querySelector(`[data-act="${name}"]`);
}

/** @param {string} id @returns {any} */
function clone(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}
