/** The waiting room: the check of this machine, the exam's clock, Vietnamese input, the items to practise on. */

import { byId } from "./dom.js";
import { tools } from "./hands.js";
import { Tutorial } from "./tutorial.js";

/** @typedef {(key: string, values?: Record<string, unknown>) => string} Say */

const MIN_WIDTH = 1024;
const MIN_HEIGHT = 600;
const SAMPLE = "Đường";

/** What the server's clock showed, and when on this machine's monotonic clock. */
let heard = { serverMs: 0, at: 0 };

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
  heard = { serverMs: Date.parse(reply.body.server_time) + ms / 2, at: reply.receivedAt };
  const offset = Math.abs(Date.now() - heard.serverMs) / 1000;
  found("server", "yes", say("check.server", { ms }));
  found("clock", "yes", say("check.clock", { seconds: offset.toLocaleString(document.documentElement.lang, { maximumFractionDigits: offset < 10 ? 1 : 0 }) }));
}

/** @param {Say} say */
export function serverSilent(say) {
  found("server", "no", say("check.server_bad"));
}

/**
 * What is looked at once, and what may be tried out.
 * @param {Say} say
 * @param {object} parts
 * @param {boolean} parts.storage whether the rules let anything stay on this machine
 * @param {import("./tutorial.js").Example[]} parts.tutorial
 * @param {string} parts.timeZone
 */
export function prepareWaitingRoom(say, { storage, tutorial, timeZone }) {
  checkScreen(say);
  checkAddress(say, storage);
  checkInput(say);
  showServerClock(timeZone);
  new Tutorial({ say, items: tutorial, tools });
}

/** @param {Say} say */
function checkScreen(say) {
  const { width, height } = screen;
  const isEnough = Math.max(width, height) >= MIN_WIDTH && Math.min(width, height) >= MIN_HEIGHT;
  found("screen", isEnough ? "yes" : "no", say(isEnough ? "check.screen" : "check.screen_small", { width, height }));
}

/** Browsers keep a page for a reload without network on secure addresses only. @param {Say} say @param {boolean} storage */
function checkAddress(say, storage) {
  if (!storage) return found("address", "yes", say("check.address_off"));
  const canReload = isSecureContext && "serviceWorker" in navigator && "caches" in globalThis;
  found("address", canReload ? "yes" : "no", say(canReload ? "check.address" : "check.address_plain"));
}

/** Telex and VNI put a syllable together from several keys: what matters is what arrives. @param {Say} say */
function checkInput(say) {
  const field = byId("vietnamese");
  const verdict = byId("vietnamese-verdict");
  const look = () => {
    const arrived = field.value.normalize("NFC").trim();
    const isRight = arrived.toLocaleLowerCase("vi") === SAMPLE.toLocaleLowerCase("vi");
    verdict.dataset.ok = !arrived ? "wait" : isRight ? "yes" : "no";
    verdict.textContent = !arrived ? "" : say(isRight ? "check.vietnamese" : "check.vietnamese_other", { text: arrived });
  };
  field.addEventListener("input", (/** @type {InputEvent} */ event) => event.isComposing || look());
  field.addEventListener("compositionend", look);
}

/** @param {string} timeZone */
function showServerClock(timeZone) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  setInterval(() => {
    if (heard.serverMs) byId("server-clock").textContent = format.format(heard.serverMs + performance.now() - heard.at);
  }, 500);
}
