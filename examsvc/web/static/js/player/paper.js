/** The items on the screen: one at a time, and the ways between them. */

import { act, byId } from "./dom.js";
import { ItemView } from "./item.js";
import { ItemList } from "./item_list.js";
import { Route } from "./sections.js";
import { Stimuli } from "./stimulus.js";
import { announce as readOut } from "./texts.js";

export { act, byId };

/** @typedef {import("./item.js").Item} Item */
/** @typedef {import("./events.js").ItemState} ItemState */

export class Paper {
  /** @type {ItemView[]} */
  views = [];
  /** @type {Set<string>} */
  seen = new Set();
  /** @type {Set<string>} what the server holds something of, or will */
  touched = new Set();
  /** @type {ItemList[]} */
  lists = [];
  index = 0;
  route = new Route({ items: [] });
  #warnedAt = -1;

  /**
   * @param {object} parts
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {(itemId: string, state: ItemState) => void} parts.onAct gets the whole state, a fresh object each time
   * @param {(itemId: string) => import("./queue.js").SaveState} parts.saveState
   * @param {(itemId: string) => void} [parts.onShow] the item has come on the screen
   * @param {(words: string) => void} [parts.announce]
   */
  constructor({ say, onAct, saveState, onShow = () => {}, announce = readOut }) {
    this.say = say;
    this.announce = announce;
    this.onAct = onAct;
    this.saveState = saveState;
    this.onShow = onShow;
    this.stimuli = new Stimuli(byId("stimulus"), say);
  }

  /**
   * @param {object} form
   * @param {Item[]} form.items
   * @param {import("./sections.js").Section[]} [form.sections]
   * @param {Record<string, Partial<ItemState>>} [form.responses] what the server has
   * @param {import("./sections.js").Navigation} [form.navigation]
   * @param {number} [form.reached] highest item number that was shown; for forward navigation
   * @param {number} [form.section] the current one, from 1
   */
  fill({ items, sections, responses = {}, navigation, reached = 0, section }) {
    this.route = new Route({ items, sections, navigation, section });
    this.touched = new Set(Object.keys(responses));
    this.seen = new Set(this.touched);
    this.views = items.map((item) => this.#view(item, items.length));
    for (const view of this.views) view.set({ ...view.state, ...responses[view.item.item_id] });
    byId("items").replaceChildren(...this.views.map((view) => view.element));
    this.stimuli.fill(items);
    this.lists = ["navigator-list", "review-list"].map((id) => new ItemList(byId(id), this));
    this.index = this.#firstToShow(reached);
    this.#display(false);
  }

  /** @returns {Item} */
  get current() {
    return this.views[this.index]?.item;
  }

  get isLast() {
    return this.index === this.views.length - 1;
  }

  get isLastOfSection() {
    return this.route.isLastOfSection(this.index);
  }

  /** Those that are responded to here. */
  get asked() {
    return this.views.filter((view) => !view.isElsewhere);
  }

  get openCount() {
    return this.asked.filter((view) => view.state.response === null).length;
  }

  get flaggedCount() {
    return this.views.filter((view) => view.state.flagged).length;
  }

  /** @param {string} itemId @returns {ItemState} */
  stateOf(itemId) {
    const view = this.views.find((one) => one.item.item_id === itemId);
    return view ? view.state : { response: null, flagged: false, struck: [], note: "" };
  }

  /** Hand on what is still being typed. */
  flush() {
    this.views[this.index]?.flush();
  }

  /** @param {number} index @param {{focus?: boolean}} [how] */
  show(index, { focus = true } = {}) {
    if (index < 0 || index >= this.views.length) return;
    const closed = this.route.closed(index, this.index);
    if (closed) return this.explain(closed);
    if (this.#mustWarn(index)) return;
    this.flush();
    this.index = index;
    this.#display(focus);
  }

  /** The server's clock has moved on: only this section's items can be shown now. @param {number} section */
  toSection(section) {
    this.flush();
    this.route.section = section;
    if (this.route.isWalled && this.route.sectionOf(this.index) !== section) {
      this.index = this.#firstToShow(0);
      this.#display(true);
    } else this.refresh();
  }

  /** Say why there is no way. @param {import("./sections.js").Closed} closed */
  explain(closed) {
    this.#hint(this.say(`move.${closed}`));
    this.announce(this.say(`move.${closed}`));
  }

  /** @param {string | null} response null: none */
  respond(response) {
    this.views[this.index]?.interaction.respond(response);
  }

  /** @param {number} place which option, from the top */
  choose(place) {
    this.views[this.index]?.interaction.choose(place);
  }

  /** @param {number | null} place which option, from the top; null: the one that has the focus */
  strike(place) {
    this.views[this.index]?.interaction.strike(place);
  }

  toggleFlag() {
    const view = this.views[this.index];
    if (!view || act("flag").disabled) return;
    view.flag(!view.state.flagged);
    this.#changed(view);
    this.announce(this.say(view.state.flagged ? "item.flag_set" : "item.flag_gone"));
  }

  /** @param {boolean} locked whether nothing may be changed */
  lock(locked) {
    for (const view of this.views) view.lock(locked);
    for (const name of ["flag", "clear"]) act(name).disabled = locked;
    if (!locked) this.refresh();
  }

  /** Bring every sign up to the responses. */
  refresh() {
    const view = this.views[this.index];
    if (!view) return;
    const { response, flagged } = view.state;
    const total = this.asked.length;
    const responded = total - this.openCount;
    byId("progress").textContent = this.say("progress", { responded, total });
    byId("progress-bar").style.width = `${(100 * responded) / (total || 1)}%`;
    byId("flag-text").textContent = this.say(flagged ? "item.unflag" : "item.flag");
    act("flag").setAttribute("aria-pressed", String(flagged));
    act("clear").disabled = response === null;
    this.#refreshWays();
    this.#refreshSection();
    for (const list of this.lists) list.refresh();
    this.refreshSave();
  }

  /** Show how safe the current item's state is. */
  refreshSave() {
    const view = this.views[this.index];
    if (!view) return;
    const itemId = view.item.item_id;
    view.showSave(this.touched.has(itemId) ? this.saveState(itemId) : null);
  }

  /** @param {Item} item @param {number} total */
  #view(item, total) {
    const position = this.say("item.position", { number: item.number, total });
    /** @type {ItemView} */
    const view = new ItemView({
      item,
      position,
      say: this.say,
      onChange: (_state, words) => (words ? this.announce(words) : this.#changed(view)),
      onLanguage: () => this.stimuli.show(view.item, view.language),
    });
    return view;
  }

  /** @param {ItemView} view */
  #changed(view) {
    this.touched.add(view.item.item_id);
    this.onAct(view.item.item_id, view.state);
    this.refresh();
  }

  /** @param {number} reached highest item number that was shown @returns {number} where the work goes on */
  #firstToShow(reached) {
    if (this.route.isForward && reached) {
      const index = this.views.findIndex((view) => view.item.number === reached);
      if (index >= 0 && (!this.route.isWalled || this.route.sectionOf(index) === this.route.section)) return index;
    }
    const first = this.route.isWalled ? this.route.firstOf(this.route.section) : 0;
    if (this.route.isForward || !this.seen.size) return first;
    const unseen = this.views.findIndex(
      (view, index) => index >= first && !this.seen.has(view.item.item_id) && this.route.closed(index, first) === null,
    );
    return unseen < 0 ? first : unseen;
  }

  /** @param {boolean} focus */
  #display(focus) {
    const view = this.views[this.index];
    if (!view) return;
    this.seen.add(view.item.item_id);
    this.views.forEach((one, at) => (one.element.hidden = at !== this.index));
    this.stimuli.show(view.item, view.language);
    this.refresh();
    if (focus) {
      scrollTo({ top: 0 });
      view.heading.focus({ preventScroll: true });
    }
    this.onShow(view.item.item_id);
  }

  /** Where there is no way back, an item without a response is left on a second press only. @param {number} index */
  #mustWarn(index) {
    const { state, isElsewhere } = this.views[this.index];
    const isOpen = state.response === null && !isElsewhere;
    if (!this.route.isForward || index === this.index || !isOpen || this.#warnedAt === this.index) return false;
    this.#warnedAt = this.index;
    this.#hint(this.say("move.warn"));
    this.announce(this.say("move.warn"));
    return true;
  }

  #refreshWays() {
    const before = this.route.closed(this.index - 1, this.index);
    act("previous").disabled = this.index === 0 || before !== null;
    const label = this.isLastOfSection ? "item.last_of_section" : this.isLast ? "item.last" : "item.next";
    act("next").querySelector("span").textContent = this.say(label);
    if (this.#warnedAt === this.index && this.views[this.index].state.response === null) return;
    if (this.index > 0 && before) this.#hint(this.say(`move.${before}`));
    else if (this.isLastOfSection) this.#hint(this.say("move.last_of_section"));
    else this.#hint(this.route.isForward ? this.say("move.forward") : "");
  }

  /** @param {string} words */
  #hint(words) {
    const line = byId("move-hint");
    line.hidden = !words;
    if (line.textContent !== words) line.textContent = words;
  }

  #refreshSection() {
    const { route } = this;
    const total = route.sections.length;
    byId("section-bar").hidden = total < 2;
    if (total < 2) return;
    const number = route.sectionOf(this.index);
    byId("section-name").textContent = this.say("section.name", { number, total, name: route.nameOf(number) });
    act("leave-section").hidden = !route.isWalled || route.isLastSection;
    const inSection = this.views.filter((_view, index) => route.sectionOf(index) === route.section);
    const count = inSection.filter((view) => view.state.response === null && !view.isElsewhere).length;
    byId("confirm-section-open").textContent = count ? this.say("submit.open", { count }) : "";
  }
}
