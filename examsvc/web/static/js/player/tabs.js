/** One window writes: a lock among the windows of this browser, and a polite way to take it over. */

const HANDOVER_MS = 2_500;

export class TabLock {
  /**
   * @param {string} name
   * @param {object} acts
   * @param {() => Promise<void>} acts.onAsked another window wants to go on: send what waits
   * @param {() => void} acts.onLost it does
   */
  constructor(name, { onAsked, onLost }) {
    this.name = name;
    this.onLost = onLost;
    this.held = false;
    /** @type {BroadcastChannel | null} */
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null;
    this.channel?.addEventListener("message", async ({ data }) => {
      if (data !== "hand over" || !this.held) return;
      await onAsked();
      this.channel?.postMessage("handed over");
    });
  }

  /** @returns {Promise<boolean>} whether this window holds the lock now */
  async claim() {
    return this.#request({ ifAvailable: true });
  }

  /** Ask the other window to send what it has, then take the lock, whether it replied or not. */
  async takeOver() {
    if (this.held) return;
    if (this.channel) await this.#handover(this.channel);
    await this.#request({ steal: true });
  }

  /** @param {LockOptions} options @returns {Promise<boolean>} */
  #request(options) {
    if (!navigator.locks) {
      this.held = true; // plain http in a LAN: there the server's epochs alone keep the windows apart
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      navigator.locks
        .request(this.name, options, (lock) => {
          this.held = lock !== null;
          resolve(this.held);
          return lock === null ? undefined : new Promise(() => {}); // held as long as the page lives
        })
        .catch(() => {
          this.held = false;
          resolve(false);
          this.onLost();
        });
    });
  }

  /** @param {BroadcastChannel} channel @returns {Promise<void>} */
  #handover(channel) {
    return new Promise((resolve) => {
      const timer = setTimeout(done, HANDOVER_MS);
      /** @param {MessageEvent} [message] */
      function done(message) {
        if (message && message.data !== "handed over") return;
        clearTimeout(timer);
        channel.removeEventListener("message", done);
        resolve();
      }
      channel.addEventListener("message", done);
      channel.postMessage("hand over");
    });
  }
}
