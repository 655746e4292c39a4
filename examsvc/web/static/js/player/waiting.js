/** The waiting room: the countdown and the check of this machine. */

import { byId } from "./paper.js";

/** @typedef {(key: string, values?: Record<string, unknown>) => string} Say */

/**
 * Show what one check found, in words and with a sign.
 * @param {string} name
 * @param {"yes" | "no" | "wait"} ok
 * @param {string} words
 */
function found(name, ok, words) {
  const line = byId(`check-${name}`);
  if (line.dataset.ok === ok && ok === "yes") return; // said once; a screen reader need not hear it again
  line.dataset.ok = ok;
  line.querySelector("span").textContent = words;
  line.querySelector("use").setAttribute("href", { yes: "#i-check", no: "#i-unsaved", wait: "#i-ring" }[ok]);
}

/** @param {Say} say @param {boolean} allowed @param {boolean} durable */
export function checkStorage(say, allowed, durable) {
  if (!allowed) found("storage", "yes", say("check.storage_off"));
  else found("storage", durable ? "yes" : "no", say(durable ? "check.storage" : "check.storage_bad"));
}

/** @param {Say} say */
export function checkKeyboard(say) {
  found("keyboard", "wait", say("check.keyboard_wait"));
  addEventListener("keydown", () => found("keyboard", "yes", say("check.keyboard")), { once: true });
}

/** @param {Say} say @param {import("./api.js").Reply} reply a clock reading */
export function checkServer(say, reply) {
  const ms = Math.round(reply.receivedAt - reply.sentAt);
  const offset = Math.abs(Date.now() - ms / 2 - Date.parse(reply.body.server_time)) / 1000;
  found("server", "yes", say("check.server", { ms }));
  found("clock", "yes", say("check.clock", { seconds: offset.toLocaleString(document.documentElement.lang, { maximumFractionDigits: offset < 10 ? 1 : 0 }) }));
}

/** @param {Say} say */
export function serverSilent(say) {
  found("server", "no", say("check.server_bad"));
}
