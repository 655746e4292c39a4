/** Requests to the sitting's interface: with a time limit, and with a token that is renewed when stale. */

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {any} body
 * @property {number} sentAt on performance.now()
 * @property {number} receivedAt
 */

const LIMIT_MS = 10_000;

export class Api {
  /** @param {string} base the sitting's address @param {string} page where a fresh token is found */
  constructor(base, page) {
    this.base = base;
    this.page = page;
    this.token = tokenOf(document);
  }

  /** @param {string} path @param {number} [limitMs] @returns {Promise<Reply>} rejects when the server was not reached */
  get(path, limitMs = LIMIT_MS) {
    return this.#send(path, { method: "GET" }, limitMs);
  }

  /** @param {string} path @returns {Promise<ArrayBuffer>} rejects when there is none to be had */
  async bytes(path) {
    const response = await withLimit(this.base + path, {});
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.arrayBuffer();
  }

  /** @param {string} path @param {object} body @returns {Promise<Reply>} */
  async post(path, body) {
    const reply = await this.#post(path, body);
    if (reply.status !== 400 || reply.body?.error !== "csrf") return reply;
    await this.#renewToken(); // somebody logged in again in another tab
    return this.#post(path, body);
  }

  /** @param {string} path @param {object} body */
  #post(path, body) {
    return this.#send(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify(body),
    });
  }

  /** @param {string} path @param {RequestInit} init @param {number} [limitMs] @returns {Promise<Reply>} */
  async #send(path, init, limitMs = LIMIT_MS) {
    const sentAt = performance.now();
    const response = await withLimit(this.base + path, init, limitMs);
    const text = await response.text();
    return { status: response.status, body: parsed(text), sentAt, receivedAt: performance.now() };
  }

  async #renewToken() {
    const response = await withLimit(this.page, {});
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.token = tokenOf(page) || this.token;
  }
}

/** @param {string} url @param {RequestInit} init @param {number} [limitMs] for the headers: the body follows them */
async function withLimit(url, init, limitMs = LIMIT_MS) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), limitMs);
  try {
    return await fetch(url, { ...init, cache: "no-store", credentials: "same-origin", signal: control.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} text a proxy may answer in its own words; those are no body of ours */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {Document} page */
function tokenOf(page) {
  return page.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}
