/** What the page tells its scripts: addresses, rules and words; and how the words are spoken. */

/** @type {any} */
export const config = JSON.parse(document.getElementById("player-config")?.textContent ?? "{}");

/** @param {string} key @param {Record<string, unknown>} [values] */
export function say(key, values = {}) {
  return config.texts[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _all, /** @type {string} */ name) => String(values[name]));
}

/** Let a screen reader say it, also when it said the same before. @param {string} words */
export function announce(words) {
  const announcer = /** @type {HTMLElement} */ (document.getElementById("announcer"));
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = words), 50);
}
