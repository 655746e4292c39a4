/** The sealed form: fetched before the start, opened by the key that the start releases. */

import { fromBase64 } from "./canonical.js";
import { Backoff } from "./waits.js";

/** @typedef {import("./item.js").Item} Item */
/** @typedef {{ordinal: number, name: string, limit_s: number | null, n_items: number}} Section */
/** @typedef {{items: Item[], sections: Section[]}} Form */

/**
 * @typedef {object} Opening what the server says at the opening
 * @property {number} epoch
 * @property {import("./clock.js").Reading} clock
 * @property {Record<string, import("./events.js").ItemState>} responses
 * @property {string} content_key base64
 * @property {Record<string, string[]>} orders option ids in this sitting's order
 * @property {"free" | "forward" | "section"} navigation
 * @property {number} reached
 * @property {string} emergency_key base64
 */

const IV_BYTES = 12;

export class SealedForm {
  /** @type {ArrayBuffer | null} */
  bundle = null;
  /** @type {Promise<void> | null} */
  #fetching = null;

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    this.backoff = new Backoff({ firstMs: 2_000, longestMs: 30_000 });
  }

  /** Fetch it while there is time; tried again until it is here or no longer wanted. @param {() => boolean} wanted */
  prefetch(wanted) {
    if (canUnseal() && !this.bundle) this.#fetching ??= this.#fetchWhile(wanted).finally(() => (this.#fetching = null));
  }

  /** @param {() => boolean} wanted */
  async #fetchWhile(wanted) {
    while (!this.bundle && wanted()) {
      if (!(await this.#fetch())) await this.backoff.pause();
    }
  }

  /** @returns {Promise<boolean>} whether the bundle is here */
  async #fetch() {
    try {
      this.bundle = await this.api.bytes("/sealed");
    } catch (error) {
      console.warn("no sealed form yet", error);
    }
    return this.bundle !== null;
  }

  /**
   * @param {Opening} said
   * @returns {Promise<Form | null>} null: it cannot be opened here, ask for the paper
   */
  async unseal(said) {
    if (!canUnseal() || !said.content_key || !(this.bundle || (await this.#fetch())) || !this.bundle) return null;
    try {
      return await unseal(this.bundle, said);
    } catch (error) {
      console.warn("the sealed form does not open", error);
      this.bundle = null; // perhaps it was sealed anew since
      return null;
    }
  }
}

/** Browsers open seals on secure origins only. */
export function canUnseal() {
  return Boolean(globalThis.crypto?.subtle);
}

/**
 * @param {ArrayBuffer} bundle iv, ciphertext and tag
 * @param {{content_key: string, orders: Record<string, string[]>}} said
 * @returns {Promise<Form>} with the options in this sitting's order; rejects when a bit of it was altered
 */
export async function unseal(bundle, { content_key, orders }) {
  const aes = await crypto.subtle.importKey("raw", fromBase64(content_key), "AES-GCM", false, ["decrypt"]);
  const iv = new Uint8Array(bundle, 0, IV_BYTES);
  const clear = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, aes, new Uint8Array(bundle, IV_BYTES));
  const form = /** @type {Form} */ (JSON.parse(new TextDecoder().decode(clear)));
  return { ...form, items: form.items.map((item) => ({ ...item, options: ordered(item.options, orders[item.item_id]) })) };
}

/** @param {Item["options"]} options @param {string[] | undefined} order */
function ordered(options, order) {
  if (!order) return options;
  const place = new Map(order.map((id, at) => [id, at]));
  return [...options].sort((one, other) => (place.get(one.id) ?? 0) - (place.get(other.id) ?? 0));
}
