/** What stands on the screen besides the items: one view, one notice, the state of saving. */

import { byId } from "./dom.js";
import { announce, config, say } from "./texts.js";

/**
 * @typedef {"loading"|"registered"|"waiting"|"asking"|"elsewhere"|"superseded"|"ending"|"paused"|"player"|"review"} View
 */

const NOTICE_MS = 12_000;
const SETTLED_MS = 1_500;
const WITH_TIME = new Set(["player", "review", "paused", "ending"]);

export class Screen {
  /** @type {View} */
  view = "loading";
  reached = true;
  loggedOut = false;
  /** @type {string | null} good for some seconds */
  #passing = null;
  /** @type {string | null} a trouble that only a person can clear */
  #standing = null;
  #spokenState = "server";
  #settling = 0;
  /** @type {Set<string>} */
  #said = new Set();

  /** @param {boolean} durable whether this machine keeps responses */
  constructor(durable) {
    this.durable = durable;
  }

  get isWorking() {
    return this.view === "player" || this.view === "review";
  }

  /**
   * @param {View} next
   * @param {boolean} opened whether the sitting is open on this page
   * @returns {boolean} whether that is something new
   */
  show(next, opened) {
    if (this.view === next) return false;
    this.view = next;
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-view]"))) {
      section.hidden = section.dataset.view !== next;
    }
    if (next === "player" && !config.storage) this.#sayOnce(say("storage.off"));
    byId("time-box").hidden = !WITH_TIME.has(next);
    byId("save-state").hidden = !opened;
    scrollTo({ top: 0 });
    /** @type {HTMLElement | null} */ (document.querySelector(`[data-view="${next}"] h1`))?.focus();
    this.notice(); // it depends on the view what to do without the server
    return true;
  }

  /** The one line under the bar: the gravest thing that is so now; a new one is also read out. */
  notice() {
    const words = [
      !this.reached && say(this.#offlineWords()),
      this.loggedOut && say("net.login"),
      this.#standing,
      this.#passing,
      config.storage && !this.durable && say("net.no_storage"),
    ].find(Boolean);
    const line = byId("notice");
    line.hidden = !words;
    line.dataset.tone = words === this.#passing ? "info" : "warn";
    if (line.textContent === (words || "")) return;
    line.textContent = words || "";
    if (words) announce(words);
  }

  #offlineWords() {
    if (this.view === "ending") return "net.offline_over";
    return this.durable ? "net.offline" : "net.offline_memory";
  }

  /** Say it for some seconds. @param {string} words */
  pass(words) {
    this.#passing = words;
    this.notice();
    setTimeout(() => {
      if (this.#passing === words) this.#passing = null;
      this.notice();
    }, NOTICE_MS);
  }

  /** @param {string} words */
  #sayOnce(words) {
    if (!this.#said.has(words)) this.pass(words);
    this.#said.add(words);
  }

  /** Say it until a person has come. @param {string} words */
  stand(words) {
    this.#standing = words;
  }

  /** Offer to save a file for the proctor, or no longer. @param {boolean} offered */
  emergency(offered) {
    const offer = byId("emergency");
    if (offer.hidden === !offered) return;
    offer.hidden = !offered;
    if (offered) announce(say("emergency.offered"));
  }

  /** How safe everything together is. @param {import("./queue.js").SaveState} state */
  saved(state) {
    const box = byId("save-state");
    if (box.dataset.state === state && byId("save-text").textContent) return;
    box.dataset.state = state;
    byId("save-text").textContent = say(`save.${state}`);
    box.querySelector("use").setAttribute("href", `#i-${state === "refused" ? "unsaved" : state}`);
    clearTimeout(this.#settling);
    this.#settling = window.setTimeout(() => this.#speakState(state), SETTLED_MS);
  }

  /** Read out only what lasts: a response passes through all states within a moment. @param {string} state */
  #speakState(state) {
    if (state === this.#spokenState) return;
    this.#spokenState = state;
    announce(say(`save.${state}`));
  }
}
