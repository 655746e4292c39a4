/** What a single key means, and where it means nothing. */

/** @typedef {{act: string, place?: number | null}} Wanted the place is an option's, from the top; null: the one with the focus */

/** @type {Record<string, string>} */
const ACTS = { n: "next", p: "previous", f: "flag", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out" };
const DISPLAY = new Set(["zoom-in", "zoom-out"]);

/**
 * Never together with Ctrl, Alt or Meta, never while a syllable is put together, never where text is typed.
 * @param {KeyboardEvent} event
 * @returns {Wanted | null}
 */
export function shortcut(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isTyping(event.target)) return null;
  const digit = /^Digit([1-9])$/.exec(event.code ?? "");
  if (event.shiftKey && digit) return { act: "strike", place: Number(digit[1]) - 1 };
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key)) return { act: "choose", place: Number(key) - 1 };
  if (/^[a-d]$/.test(key)) return { act: "choose", place: key.charCodeAt(0) - 97 };
  if (key === "x") return { act: "strike", place: null };
  return key in ACTS ? { act: ACTS[key] } : null;
}

/** Whether it is about the display, and so means the same on every view. @param {Wanted} wanted */
export function isDisplay({ act }) {
  return DISPLAY.has(act);
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  const field = /** @type {any} */ (target);
  if (field?.isContentEditable) return true;
  if (field?.tagName === "INPUT") return !["radio", "checkbox", "button"].includes(field.type);
  return ["TEXTAREA", "SELECT"].includes(field?.tagName);
}
