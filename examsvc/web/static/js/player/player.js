/** The timed player: which view is shown, and what each word of the server changes. */

import { Api } from "./api.js";
import { ServerClock, clockText, crossed } from "./clock.js";
import { Paper, act, byId, shortcut } from "./paper.js";
import { EventQueue } from "./queue.js";
import { openStorage } from "./storage.js";
import { TabLock } from "./tabs.js";
import { checkKeyboard, checkServer, checkStorage, serverSilent } from "./waiting.js";

/** @typedef {"loading"|"registered"|"waiting"|"asking"|"elsewhere"|"superseded"|"ending"|"player"|"review"} View */

const CLOSED = new Set(["submitted", "expired", "absent", "annulled"]);
const POLL_MS = 5_000;
const ENDING_POLL_MS = 2_000;
const LOW_MS = 300_000;

const config = JSON.parse(byId("player-config").textContent);
const api = new Api(config.api, config.page);
const clock = new ServerClock();
const storage = await openStorage(config.storage);
const queue = new EventQueue({
  sitting: config.sitting,
  storage,
  send: (events) => api.post("/events", { events }),
});
const paper = new Paper({
  say,
  onAct: (itemId, payload) => queue.add(itemId, payload),
  saveState: (itemId) => queue.stateOf(itemId),
});
const tab = new TabLock(`sitting-${config.sitting}`, {
  onAsked: async () => void (await Promise.race([drained(), pause(2_000)])),
  onLost: () => stand("superseded"),
});

/** @type {View} */
let view = "loading";
let epoch = 0; // of this page; 0: nothing opened here
let entering = false;
let leaving = false;
let submitting = false;
let reached = true;
let lastRemainingMs = Infinity;
let loggedOut = false;
/** @type {string | null} good for some seconds */
let passingNotice = null;
/** @type {string | null} a trouble that only a person can clear */
let standingNotice = null;

/** @param {string} key @param {Record<string, unknown>} [values] */
function say(key, values = {}) {
  return config.texts[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _all, /** @type {string} */ name) => String(values[name]));
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {number} ms somewhat earlier or later, so that players do not march in step */
function jittered(ms) {
  return ms * (0.85 + 0.3 * Math.random());
}

/** @param {View} next */
function show(next) {
  if (view === next) return;
  view = next;
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-view]"))) {
    section.hidden = section.dataset.view !== next;
  }
  const working = next === "player" || next === "review";
  byId("time-box").hidden = !working && next !== "ending";
  byId("save-state").hidden = !epoch;
  scrollTo({ top: 0 });
  if (next === "player") paper.show(paper.index);
  else /** @type {HTMLElement | null} */ (document.querySelector(`[data-view="${next}"] h1`))?.focus();
}

/** @param {string} words */
function announce(words) {
  byId("announcer").textContent = "";
  setTimeout(() => (byId("announcer").textContent = words), 50);
}

/** The one line under the bar: the gravest thing that is so now; a new one is also read out. */
function notice() {
  const words = [
    !reached && say(storage.durable ? "net.offline" : "net.offline_memory"),
    loggedOut && say("net.login"),
    standingNotice,
    passingNotice,
    config.storage && !storage.durable && say("net.no_storage"),
  ].find(Boolean);
  const line = byId("notice");
  line.hidden = !words;
  line.dataset.tone = words === passingNotice ? "info" : "warn";
  if (line.textContent === (words || "")) return;
  line.textContent = words || "";
  if (words) announce(words);
}

/* ---- what the server says ---- */

/** @param {import("./api.js").Reply} reply */
function hear(reply) {
  loggedOut = reply.status === 401;
  if (["event_altered", "seq_conflict"].includes(reply.body?.error)) standingNotice = say("net.conflict");
  if (reply.body?.faults) standingNotice = say("net.refused");
  setReached(reply.status < 500 && reply.status !== 429);
  const reading = reply.body?.clock ?? (reply.body?.server_time ? reply.body : null);
  if (reading) readClock(reading, reply);
}

/** @param {boolean} now */
function setReached(now) {
  const back = now && !reached;
  reached = now;
  notice();
  if (!back) return;
  announce(say("net.back"));
  if (epoch) queue.kick();
}

/** @param {import("./clock.js").Reading} reading @param {import("./api.js").Reply} reply */
function readClock(reading, reply) {
  const moved = clock.sync(reading, reply.sentAt, reply.receivedAt);
  if (moved && epoch) extended(reading.deadline_at);
  if (CLOSED.has(reading.state)) void leave();
  else if (epoch && reading.epoch > epoch) stand("superseded");
  else route(reading);
}

/** @param {import("./clock.js").Reading} reading */
function route(reading) {
  if (view === "elsewhere" || view === "superseded" || entering || leaving) return;
  if (reading.phase === "grace" || reading.phase === "over") return epoch || reading.state === "open" ? end() : undefined;
  if (epoch) {
    if (view === "ending") resume();
    return;
  }
  if (reading.state === "registered") show("registered");
  else if (reading.phase === "waiting") show("waiting");
  else void enter();
}

/** @param {string} deadline */
function extended(deadline) {
  const time = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: config.timeZone,
  });
  const words = say("time.extended", { time: time.format(new Date(deadline)) });
  lastRemainingMs = Infinity;
  passingNotice = words;
  notice();
  setTimeout(() => {
    passingNotice = null;
    notice();
  }, 12_000);
}

/** Write no more here, and say why; what waits is kept. @param {"superseded"} why */
function stand(why) {
  if (leaving || view === why) return;
  queue.halt();
  epoch = 0;
  closeConfirm();
  show(why);
}

function end() {
  if (view === "ending") return;
  closeConfirm();
  paper.lock(true);
  show("ending");
  announce(say("time.up"));
  if (epoch) queue.kick();
}

/** Time was granted after all. */
function resume() {
  paper.lock(false);
  show("player");
}

async function leave() {
  if (leaving) return;
  leaving = true;
  await Promise.race([drained(), pause(4_000)]);
  location.replace(config.page);
}

/** @returns {Promise<void>} when the server has everything */
function drained() {
  return new Promise((resolve) => {
    const look = () => {
      if (queue.pending) return;
      queue.removeEventListener("change", look);
      resolve();
    };
    queue.addEventListener("change", look);
    look();
  });
}

/* ---- opening ---- */

async function enter() {
  if (entering || epoch) return;
  entering = true;
  try {
    if (view !== "asking") show("loading");
    if (!(await queue.flushLeftovers())) return;
    const opened = await api.post("/open", {});
    if (opened.status !== 200) return refusedToOpen(opened);
    const sheet = await untilGiven(() => api.get("/paper"));
    if (sheet === null) return;
    clock.sync(opened.body.clock, opened.sentAt, opened.receivedAt);
    epoch = opened.body.epoch;
    lastRemainingMs = Infinity;
    paper.fill(sheet.body.items, opened.body.responses);
    paper.lock(false);
    queue.begin(epoch);
    saveState();
    show("player");
  } catch (error) {
    console.warn("not opened yet", error);
    setReached(false);
  } finally {
    entering = false;
  }
}

/** @param {import("./api.js").Reply} reply */
function refusedToOpen(reply) {
  const error = reply.body?.error;
  if (error === "permit_required") show("asking");
  else if (error === "not_started") setTimeout(poll, 400);
  else if (error === "closed") void leave();
  else if (error === "window_over") end();
  else if (error === "not_checked_in") show("registered");
  else hear(reply);
}

/** @param {() => Promise<import("./api.js").Reply>} ask @returns {Promise<import("./api.js").Reply | null>} */
async function untilGiven(ask) {
  for (let tries = 0; ; tries += 1) {
    try {
      const reply = await ask();
      if (reply.status === 200) return reply;
      if (reply.status < 500 && reply.status !== 429) return null; // the next poll tells why
    } catch {
      setReached(false);
    }
    await pause(jittered(Math.min(10_000, 500 * 2 ** tries)));
  }
}

async function continueHere() {
  show("loading");
  await tab.takeOver();
  await poll();
}

/* ---- the clock on the screen ---- */

function tick() {
  const now = performance.now();
  byId("countdown").textContent = clock.reading ? clockText(clock.untilStartMs(now)) : "–";
  if (view === "waiting" && clock.untilStartMs(now) <= 0) startSoon();
  if (!epoch) return;
  const remaining = clock.remainingMs(now);
  byId("time").textContent = clockText(remaining);
  byId("time-box").dataset.low = String(remaining <= LOW_MS);
  if (Number.isFinite(lastRemainingMs)) {
    const [limit] = crossed(config.announceAtS, lastRemainingMs, remaining).slice(-1);
    if (limit) announce(limit === 60 ? say("time.left_one") : say("time.left", { minutes: Math.round(limit / 60) }));
  }
  lastRemainingMs = remaining;
  if (remaining <= 0 && (view === "player" || view === "review")) end();
}

let starting = false;
/** Everybody starts at one instant; asking may spread over some tenths of a second. */
function startSoon() {
  if (starting) return;
  starting = true;
  setTimeout(async () => {
    await poll();
    starting = false;
  }, 600 * Math.random());
}

async function poll() {
  try {
    const reply = await api.get("/clock");
    if (reply.status === 200) checkServer(say, reply);
    hear(reply);
  } catch {
    setReached(false);
    serverSilent(say);
  }
}

async function pollForever() {
  for (;;) {
    await poll();
    const soon = view === "ending";
    await pause(jittered(soon ? ENDING_POLL_MS : POLL_MS));
  }
}

/* ---- handing in ---- */

function review() {
  const lines = [];
  if (paper.openCount) lines.push(say("review.open", { count: paper.openCount }));
  else lines.push(say("review.complete"));
  if (paper.flaggedCount) lines.push(say("review.flagged", { count: paper.flaggedCount }));
  byId("review-counts").replaceChildren(
    ...lines.map((words) => Object.assign(document.createElement("p"), { textContent: words })),
  );
  paper.refresh();
  show("review");
}

function askSubmit() {
  byId("confirm-open").textContent = paper.openCount ? say("submit.open", { count: paper.openCount }) : "";
  byId("confirm-progress").textContent = "";
  byId("confirm").showModal();
}

function closeConfirm() {
  submitting = false;
  if (byId("confirm").open) byId("confirm").close();
}

async function submit() {
  if (submitting) return;
  submitting = true;
  act("confirm-submit").disabled = true;
  paper.lock(true);
  while (submitting && epoch) {
    if (await submitOnce()) return;
    await pause(jittered(1_500));
  }
  act("confirm-submit").disabled = false;
  if (view !== "ending") paper.lock(false);
}

/** @returns {Promise<boolean>} whether the sitting is handed in */
async function submitOnce() {
  const progress = byId("confirm-progress");
  if (queue.pending) {
    progress.textContent = say("submit.sending", { count: queue.pending });
    queue.kick();
    await Promise.race([drained(), pause(5_000)]);
    if (queue.pending) {
      progress.textContent = say("submit.retry");
      return false;
    }
  }
  progress.textContent = say("submit.sealing");
  try {
    const reply = await api.post("/submit", { final_seq: queue.finalSeq, digest: await queue.digest(), epoch });
    if (reply.status === 200 || reply.body?.error === "closed") {
      leaving = true;
      location.replace(config.page);
      return true;
    }
    if (reply.body?.error === "events_missing") queue.resend(reply.body.seqs);
    hear(reply);
  } catch {
    setReached(false);
  }
  progress.textContent = say("submit.retry");
  return false;
}

/* ---- hands ---- */

function saveState() {
  const state = queue.state;
  const box = byId("save-state");
  if (box.dataset.state !== state || !byId("save-text").textContent) {
    box.dataset.state = state;
    byId("save-text").textContent = say(`save.${state}`);
    box.querySelector("use").setAttribute("href", `#i-${state === "refused" ? "unsaved" : state}`);
  }
  paper.refreshSave();
}

/** @type {Record<string, () => void>} */
const acts = {
  previous: () => paper.show(paper.index - 1),
  next: () => (paper.isLast ? review() : paper.show(paper.index + 1)),
  flag: () => paper.toggleFlag(),
  clear: () => {
    paper.respond(null);
    announce(say("item.cleared"));
  },
  review,
  back: () => show("player"),
  submit: askSubmit,
  "cancel-submit": closeConfirm,
  "confirm-submit": () => void submit(),
  "continue-here": () => void continueHere(),
};

document.addEventListener("click", ({ target }) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-act], [data-jump]"));
  if (!button) return;
  if (button.dataset.act) return acts[button.dataset.act]();
  openList(false);
  const index = Number(button.dataset.jump);
  if (view === "review") {
    paper.index = index;
    show("player");
  } else paper.show(index);
});

document.addEventListener("keydown", (event) => {
  if (view !== "player" || byId("confirm").open || !byId("shortcuts").checked || clock.remainingMs(performance.now()) <= 0) return;
  const wanted = shortcut(event);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.act === "choose") paper.choose(wanted.place);
  else acts[wanted.act]();
});

byId("confirm").addEventListener("close", () => (submitting = false));
byId("time-toggle").addEventListener("click", ({ currentTarget }) => {
  const hidden = byId("time").toggleAttribute("hidden");
  currentTarget.setAttribute("aria-pressed", String(hidden));
});

/** @param {boolean} open */
function openList(open) {
  byId("navigator").dataset.open = String(open);
  byId("side-toggle").setAttribute("aria-expanded", String(open));
}
byId("side-toggle").addEventListener("click", () => openList(byId("navigator").dataset.open !== "true"));

queue.addEventListener("change", saveState);
queue.addEventListener("reply", (event) => hear(/** @type {CustomEvent} */ (event).detail));
queue.addEventListener("unreachable", () => setReached(false));
addEventListener("online", () => void poll());
addEventListener("beforeunload", (event) => {
  if (!leaving && epoch && queue.state === "unsaved") event.preventDefault();
});
document.addEventListener("visibilitychange", () => document.hidden || void poll());

checkKeyboard(say);
checkStorage(say, config.storage, storage.durable);
setInterval(tick, 250);
if (!(await tab.claim())) show("elsewhere");
void pollForever();
