/** What mouse and keys do: buttons by the name of their act, jumps by the lists of items, single keys. */

import { byId } from "./dom.js";
import { isDisplay, shortcut } from "./shortcuts.js";
import { announce, config, say } from "./texts.js";
import { Tools } from "./tools.js";

export const tools = new Tools({ say, announce, remembers: Boolean(config.storage) });

/**
 * @param {object} parts
 * @param {Record<string, () => void>} parts.acts by the name on the button
 * @param {(index: number) => void} parts.onJump
 * @param {(place: number) => void} parts.onChoose which option, from the top
 * @param {(place: number | null) => void} [parts.onStrike] which option; null: the one that has the focus
 * @param {(closed: any) => void} [parts.onClosed] an item was asked for that the rules have closed
 * @param {() => boolean} parts.takesKeys whether single keys mean anything now
 */
export function listen({ acts, onJump, onChoose, onStrike = () => {}, onClosed = () => {}, takesKeys }) {
  /** @type {Record<string, () => void>} */
  const all = { ...tools.acts, ...acts };
  document.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-act], [data-jump]"));
    if (!button) return;
    if (button.dataset.act) return all[button.dataset.act]?.();
    if (button.dataset.closed) return onClosed(button.dataset.closed);
    openList(false);
    onJump(Number(button.dataset.jump));
  });
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || !byId("shortcuts").checked) return;
    const wanted = shortcut(event);
    if (!wanted || !(takesKeys() || isDisplay(wanted))) return;
    event.preventDefault();
    if (wanted.place === undefined) all[wanted.act]?.();
    else if (wanted.act === "strike") onStrike(wanted.place);
    else if (wanted.place !== null) onChoose(wanted.place);
  });
  byId("side-toggle").addEventListener("click", () => openList(byId("navigator").dataset.open !== "true"));
}

/** @param {boolean} open */
function openList(open) {
  byId("navigator").dataset.open = String(open);
  byId("side-toggle").setAttribute("aria-expanded", String(open));
}
