/** What mouse and keys do: buttons by the name of their act, jumps by the navigator, single keys. */

import { byId, shortcut } from "./paper.js";

/**
 * @param {object} parts
 * @param {Record<string, () => void>} parts.acts by the name on the button
 * @param {(index: number) => void} parts.onJump
 * @param {(place: number) => void} parts.onChoose which option, from the top
 * @param {() => boolean} parts.takesKeys whether single keys mean anything now
 */
export function listen({ acts, onJump, onChoose, takesKeys }) {
  document.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-act], [data-jump]"));
    if (!button) return;
    if (button.dataset.act) return acts[button.dataset.act]();
    openList(false);
    onJump(Number(button.dataset.jump));
  });
  document.addEventListener("keydown", (event) => {
    if (!takesKeys() || byId("confirm").open || !byId("shortcuts").checked) return;
    const wanted = shortcut(event);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.act === "choose") onChoose(wanted.place);
    else acts[wanted.act]();
  });
  byId("side-toggle").addEventListener("click", () => openList(byId("navigator").dataset.open !== "true"));
  byId("time-toggle").addEventListener("click", hideTime);
}

/** @param {MouseEvent} event */
function hideTime({ currentTarget }) {
  const hidden = byId("time").toggleAttribute("hidden");
  /** @type {HTMLElement} */ (currentTarget).setAttribute("aria-pressed", String(hidden));
}

/** @param {boolean} open */
function openList(open) {
  byId("navigator").dataset.open = String(open);
  byId("side-toggle").setAttribute("aria-expanded", String(open));
}
