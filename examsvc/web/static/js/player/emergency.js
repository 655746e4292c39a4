/** The emergency file: what the server has not got, encrypted, for a proctor to carry over. */

import { fromBase64, toBase64 } from "./canonical.js";
import { canUnseal } from "./sealed.js";

const SILENT_MS = 60_000; // so long without the server, and the file is offered

export class EmergencyFile {
  /**
   * @param {object} parts
   * @param {number} parts.sitting
   * @param {import("./queue.js").EventQueue} parts.queue
   * @param {boolean} parts.storage whether the rules let anything stay on this machine
   * @param {() => string | undefined} parts.key given at the opening
   */
  constructor({ sitting, queue, storage, key }) {
    this.sitting = sitting;
    this.queue = queue;
    this.allowed = storage && canUnseal();
    this.key = key;
  }

  /** @param {number} silentMs since the server was last heard @param {boolean} isOver whether nothing more is written */
  isDue(silentMs, isOver) {
    return this.#can() && (silentMs > SILENT_MS || isOver);
  }

  /** @returns {Promise<boolean>} whether the browser was given a file to save */
  async save() {
    const key = this.key();
    if (!key || !this.#can()) return false;
    download(`sitting-${this.sitting}.emergency.json`, await sealEvents(this.sitting, this.queue.unsent, key));
    return true;
  }

  #can() {
    return this.allowed && Boolean(this.key()) && this.queue.unsent.length > 0;
  }
}

/**
 * @param {number} sitting
 * @param {object[]} events as they travel
 * @param {string} key base64, AES-256; the server derives the same
 * @returns {Promise<string>} the file's text
 */
export async function sealEvents(sitting, events, key) {
  const aes = await crypto.subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new TextEncoder().encode(`examsvc-emergency:${sitting}`);
  const clear = new TextEncoder().encode(JSON.stringify({ sitting, events }));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, aes, clear);
  return JSON.stringify({ v: 1, sitting, iv: toBase64(iv), data: toBase64(new Uint8Array(data)) });
}

/** Let the browser save it. @param {string} name @param {string} text */
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
