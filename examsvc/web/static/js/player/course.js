/** Where the candidate is in the form: the section that is current, and how far forward he has come. */

import { announce, say } from "./texts.js";

export class Course {
  /** @type {import("./opening.js").Opened | null} the form with what was said at its opening */
  opened = null;
  section = 1;
  #reached = 0;

  /** @param {import("./paper.js").Paper} paper @param {import("./queue.js").EventQueue} queue */
  constructor(paper, queue) {
    this.paper = paper;
    this.queue = queue;
  }

  /** @param {import("./opening.js").Opened} opened */
  begin(opened) {
    this.opened = opened;
    this.section = opened.said.clock.section ?? 1;
    this.#reached = opened.said.reached ?? 0;
    this.paper.fill({ ...opened.form, ...opened.said, section: this.section });
    this.paper.lock(false);
  }

  /** Limits of the sections in seconds; none: nothing is open. */
  get limitsS() {
    return this.opened?.form.sections.map((section) => section.limit_s) ?? [];
  }

  /** @param {number} next the current section, by the server's clock or, while it is silent, by this one's count */
  toSection(next) {
    if (!this.opened || next === this.section) return;
    this.section = next;
    this.paper.flush();
    this.paper.toSection(next);
    announce(say("section.next", { number: next }));
  }

  /** In forward navigation an item that was shown closes those before it. @param {string} itemId */
  shown(itemId) {
    if (this.opened?.said.navigation !== "forward") return;
    const number = this.opened.form.items.find((item) => item.item_id === itemId)?.number ?? 0;
    if (number <= this.#reached) return;
    this.#reached = number;
    this.queue.add(itemId, this.paper.stateOf(itemId));
  }
}
