/** Leaving a section early: only once the server has every event of it, for there is no way back. */

import { act, byId } from "./paper.js";
import { say } from "./texts.js";
import { drained, pause } from "./waits.js";

const SENDING_MS = 5_000;

export class LeavingSection {
  #running = false;

  /**
   * @param {object} parts
   * @param {import("./api.js").Api} parts.api
   * @param {import("./queue.js").EventQueue} parts.queue
   * @param {import("./paper.js").Paper} parts.paper
   * @param {(reply: import("./api.js").Reply | null) => void} parts.onReply null: nobody answered
   */
  constructor({ api, queue, paper, onReply }) {
    this.api = api;
    this.queue = queue;
    this.paper = paper;
    this.onReply = onReply;
  }

  ask() {
    byId("confirm-section-progress").textContent = "";
    byId("confirm-section").showModal();
  }

  close() {
    if (byId("confirm-section")?.open) byId("confirm-section").close();
  }

  /** @param {number} section the one that the candidate has confirmed to leave */
  async leave(section) {
    if (this.#running) return;
    this.#running = true;
    act("confirm-leave-section").disabled = true;
    this.paper.flush();
    try {
      if (await this.#leave(section)) this.close();
      else byId("confirm-section-progress").textContent = say("submit.retry");
    } finally {
      this.#running = false;
      act("confirm-leave-section").disabled = false;
    }
  }

  /** @param {number} section @returns {Promise<boolean>} whether the server has moved on */
  async #leave(section) {
    if (this.queue.pending) {
      byId("confirm-section-progress").textContent = say("submit.sending", { count: this.queue.pending });
      this.queue.kick();
      await Promise.race([drained(this.queue), pause(SENDING_MS)]);
      if (this.queue.pending) return false;
    }
    try {
      const reply = await this.api.post("/section", { leave: section });
      this.onReply(reply); // its clock names the new section
      return reply.status === 200;
    } catch {
      this.onReply(null);
      return false;
    }
  }
}
