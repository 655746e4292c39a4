/** What the page tells its scripts: addresses, rules and words; and how the words are spoken. */

/** @type {any} the words are the same for everybody, the rest is this sitting's */
export const config = { ...told("player-words"), ...told("player-config") };

/** @param {string} id @returns {Record<string, any>} */
function told(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "{}");
}

/** @param {string} key @param {Record<string, unknown>} [values] @returns {string} the key itself where there are no words */
export function say(key, values = {}) {
  const words = config.texts?.[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (/** @type {string} */ _all, /** @type {string} */ name) => String(values[name] ?? ""));
}

let timer = 0;
/** @type {string[]} */
let waiting = [];

/** Let a screen reader say it, also when it said the same before; what comes together is said together. @param {string} words */
export function announce(words) {
  const announcer = /** @type {HTMLElement} */ (document.getElementById("announcer"));
  clearTimeout(timer);
  waiting = [...waiting.filter((one) => one !== words), words];
  announcer.textContent = "";
  timer = window.setTimeout(() => {
    announcer.textContent = waiting.join(" ");
    waiting = [];
  }, 50);
}
