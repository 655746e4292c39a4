/** Reviewing, confirming and handing in: tried again until the server has sealed it. */

import { act, byId } from "./paper.js";
import { say } from "./texts.js";
import { drained, jittered, pause } from "./waits.js";

const SENDING_MS = 5_000;
const RETRY_MS = 1_500;

export class HandingIn {
  #running = false;

  /**
   * @param {object} parts
   * @param {import("./api.js").Api} parts.api
   * @param {import("./queue.js").EventQueue} parts.queue
   * @param {import("./paper.js").Paper} parts.paper
   * @param {object} acts
   * @param {() => number} acts.epoch of this page; 0: it may write no more
   * @param {() => boolean} acts.isOver whether the items must stay locked
   * @param {(reply: import("./api.js").Reply | null) => void} acts.onReply null: nobody answered
   * @param {() => Promise<void>} acts.onSealed
   */
  constructor({ api, queue, paper }, { epoch, isOver, onReply, onSealed }) {
    this.api = api;
    this.queue = queue;
    this.paper = paper;
    this.epoch = epoch;
    this.isOver = isOver;
    this.onReply = onReply;
    this.onSealed = onSealed;
    byId("confirm").addEventListener("close", () => (this.#running = false));
  }

  /** Bring the review's counts up to the paper. */
  review() {
    const { openCount, flaggedCount } = this.paper;
    const lines = [openCount ? say("review.open", { count: openCount }) : say("review.complete")];
    if (flaggedCount) lines.push(say("review.flagged", { count: flaggedCount }));
    byId("review-counts").replaceChildren(
      ...lines.map((words) => Object.assign(document.createElement("p"), { textContent: words })),
    );
    this.paper.refresh();
  }

  ask() {
    const { openCount } = this.paper;
    byId("confirm-open").textContent = openCount ? say("submit.open", { count: openCount }) : "";
    byId("confirm-progress").textContent = "";
    byId("confirm").showModal();
  }

  close() {
    this.#running = false;
    if (byId("confirm").open) byId("confirm").close();
  }

  async submit() {
    if (this.#running) return;
    this.#running = true;
    act("confirm-submit").disabled = true;
    this.paper.flush();
    this.paper.lock(true);
    while (this.#running && this.epoch()) {
      if (await this.#once()) return;
      await pause(jittered(RETRY_MS));
    }
    act("confirm-submit").disabled = false;
    if (!this.isOver()) this.paper.lock(false);
  }

  /** @returns {Promise<boolean>} whether the sitting is handed in */
  async #once() {
    const progress = byId("confirm-progress");
    if (await this.#sendRest(progress)) {
      progress.textContent = say("submit.sealing");
      if (await this.#seal()) return true;
    }
    progress.textContent = say("submit.retry");
    return false;
  }

  /** @param {HTMLElement} progress @returns {Promise<boolean>} whether the server has every event */
  async #sendRest(progress) {
    if (!this.queue.pending) return true;
    progress.textContent = say("submit.sending", { count: this.queue.pending });
    this.queue.kick();
    await Promise.race([drained(this.queue), pause(SENDING_MS)]);
    return !this.queue.pending;
  }

  /** @returns {Promise<boolean>} */
  async #seal() {
    try {
      const reply = await this.api.post("/submit", {
        final_seq: this.queue.finalSeq,
        digest: await this.queue.digest(),
        epoch: this.epoch(),
        without: this.queue.refusedSeqs,
      });
      if (reply.status === 200 || reply.body?.error === "closed") {
        await this.onSealed();
        return true;
      }
      if (reply.body?.error === "events_missing") this.queue.resend(reply.body.seqs);
      this.onReply(reply);
    } catch {
      this.onReply(null);
    }
    return false;
  }
}
