/** How the page looks to whoever reads it: larger, in high contrast, without the time. */

import { act, byId } from "./dom.js";

const STEPS = [100, 125, 150, 175, 200];
const KEY = "examsvc-display";
const [COMPACT_PX, TINY_PX, LEAST_PX] = [960, 600, 330];

/** @typedef {{zoom: number, contrast: boolean, timeHidden: boolean, shortcuts: boolean}} Look */

export class Tools {
  /** @type {Look} */
  look = { zoom: 100, contrast: false, timeHidden: false, shortcuts: true };
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /**
   * @param {object} parts
   * @param {(key: string, values?: Record<string, unknown>) => string} parts.say
   * @param {(words: string) => void} parts.announce
   * @param {boolean} parts.remembers whether the rules let this browser keep even so little, until it is closed
   */
  constructor({ say, announce, remembers }) {
    this.say = say;
    this.announce = announce;
    this.store = remembers ? sessionStore() : null;
    this.look = { ...this.look, ...read(this.store) };
    if (!STEPS.includes(this.look.zoom)) this.look.zoom = 100;
    addEventListener("resize", () => this.#fit());
    byId("shortcuts").addEventListener("change", () => this.#set({ shortcuts: byId("shortcuts").checked }));
    this.#show();
  }

  /** What its buttons do, by the name on them. @returns {Record<string, () => void>} */
  get acts() {
    return {
      "zoom-in": () => this.#zoom(1),
      "zoom-out": () => this.#zoom(-1),
      contrast: () => this.#set({ contrast: !this.look.contrast }),
      "hide-time": () => this.#set({ timeHidden: !this.look.timeHidden }),
    };
  }

  /** @param {() => void} watcher called when the text was made larger or smaller */
  onZoom(watcher) {
    this.#watchers.add(watcher);
  }

  /** @param {number} step */
  #zoom(step) {
    const zoom = STEPS[STEPS.indexOf(this.look.zoom) + step];
    if (!zoom) return;
    this.#set({ zoom });
    this.announce(this.say("tools.zoom", { percent: zoom }));
    for (const watcher of this.#watchers) watcher();
  }

  /** @param {Partial<Look>} change */
  #set(change) {
    this.look = { ...this.look, ...change };
    try {
      this.store?.setItem(KEY, JSON.stringify(this.look));
    } catch (error) {
      console.warn("the display is not remembered", error);
    }
    this.#show();
  }

  #show() {
    const { zoom, contrast, timeHidden, shortcuts } = this.look;
    const root = document.documentElement;
    root.dataset.zoom = String(zoom);
    root.dataset.theme = contrast ? "contrast" : "plain";
    byId("zoom-percent").textContent = this.say("tools.percent", { percent: zoom });
    act("zoom-in").disabled = zoom === STEPS.at(-1);
    act("zoom-out").disabled = zoom === STEPS[0];
    act("contrast").setAttribute("aria-pressed", String(contrast));
    byId("time").hidden = timeHidden;
    byId("time-toggle").setAttribute("aria-pressed", String(timeHidden));
    byId("shortcuts").checked = shortcuts;
    this.#fit();
  }

  /** Large letters on a wide screen need the layout of a narrow one. */
  #fit() {
    const room = (100 * innerWidth) / this.look.zoom;
    const { dataset } = document.documentElement;
    dataset.room = room > COMPACT_PX ? "wide" : room > TINY_PX ? "compact" : "tiny";
    dataset.stacked = String(room <= LEAST_PX);
  }
}

/** @returns {Storage | null} */
function sessionStore() {
  try {
    return sessionStorage;
  } catch {
    return null; // switched off in this browser
  }
}

/** @param {Storage | null} store @returns {Partial<Look>} */
function read(store) {
  try {
    return JSON.parse(store?.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}
