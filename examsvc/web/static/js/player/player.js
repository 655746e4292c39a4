/** The timed player: which view is shown, and what each word of the server changes. */

import { Api } from "./api.js";
import { ServerClock, clockText, crossed } from "./clock.js";
import { HandingIn } from "./handing_in.js";
import { listen } from "./hands.js";
import { Paper, byId } from "./paper.js";
import { EventQueue } from "./queue.js";
import { Screen } from "./screen.js";
import { openStorage } from "./storage.js";
import { TabLock } from "./tabs.js";
import { announce, config, say } from "./texts.js";
import { checkKeyboard, checkServer, checkStorage, serverSilent } from "./waiting.js";
import { drained, jittered, pause } from "./waits.js";

const CLOSED = new Set(["submitted", "expired", "absent", "annulled"]);
const POLL_MS = 5_000;
const ENDING_POLL_MS = 2_000;
const LOW_MS = 300_000;

const api = new Api(config.api, config.page);
const clock = new ServerClock();
const storage = await openStorage(config.storage);
const screen = new Screen(storage.durable);
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
  onAsked: async () => void (await Promise.race([drained(queue), pause(2_000)])),
  onLost: superseded,
});
const handingIn = new HandingIn(
  { api, queue, paper },
  {
    epoch: () => epoch,
    isOver: () => screen.view === "ending",
    onReply: (reply) => (reply ? hear(reply) : setReached(false)),
    onSealed: () => (leaving = true),
  },
);

let epoch = 0; // of this page; 0: nothing opened here
let entering = false;
let leaving = false;
let lastRemainingMs = Infinity;

/** @param {import("./screen.js").View} next */
function show(next) {
  if (screen.show(next, epoch > 0) && next === "player") paper.show(paper.index);
}

/* ---- what the server says ---- */

/** @param {import("./api.js").Reply} reply */
function hear(reply) {
  screen.loggedOut = reply.status === 401;
  if (["event_altered", "seq_conflict"].includes(reply.body?.error)) screen.stand(say("net.conflict"));
  if (reply.body?.faults) screen.stand(say("net.refused"));
  setReached(reply.status < 500 && reply.status !== 429);
  const reading = reply.body?.clock ?? (reply.body?.server_time ? reply.body : null);
  if (reading) readClock(reading, reply);
}

/** @param {boolean} now */
function setReached(now) {
  const back = now && !screen.reached;
  screen.reached = now;
  screen.notice();
  if (!back) return;
  announce(say("net.back"));
  if (epoch) queue.kick();
}

/** @param {import("./clock.js").Reading} reading @param {import("./api.js").Reply} reply */
function readClock(reading, reply) {
  const moved = clock.sync(reading, reply.sentAt, reply.receivedAt);
  if (moved && epoch) extended(reading.deadline_at);
  if (CLOSED.has(reading.state)) void leave();
  else if (epoch && reading.epoch > epoch) superseded();
  else route(reading);
}

/** @param {import("./clock.js").Reading} reading */
function route(reading) {
  if (screen.view === "elsewhere" || screen.view === "superseded" || entering || leaving) return;
  if (reading.phase === "grace" || reading.phase === "over") return epoch || reading.state === "open" ? end() : undefined;
  if (epoch) {
    if (screen.view !== "ending") return;
    paper.lock(false); // time was granted after all
    show("player");
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
  lastRemainingMs = Infinity;
  screen.pass(say("time.extended", { time: time.format(new Date(deadline)) }));
}

/** The sitting goes on elsewhere: write no more here; what waits is kept. */
function superseded() {
  if (leaving || screen.view === "superseded") return;
  queue.halt();
  epoch = 0;
  handingIn.close();
  show("superseded");
}

function end() {
  if (screen.view === "ending") return;
  handingIn.close();
  paper.lock(true);
  show("ending");
  announce(say("time.up"));
  if (epoch) queue.kick();
}

async function leave() {
  if (leaving) return;
  leaving = true;
  await Promise.race([drained(queue), pause(4_000)]);
  location.replace(config.page);
}

/* ---- opening ---- */

async function enter() {
  if (entering || epoch) return;
  entering = true;
  try {
    if (screen.view !== "asking") show("loading");
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
    showSaved();
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
  if (screen.view === "waiting" && clock.untilStartMs(now) <= 0) void startSoon();
  if (!epoch) return;
  const remaining = clock.remainingMs(now);
  byId("time").textContent = clockText(remaining);
  byId("time-box").dataset.low = String(remaining <= LOW_MS);
  if (Number.isFinite(lastRemainingMs)) {
    const [limit] = crossed(config.announceAtS, lastRemainingMs, remaining).slice(-1);
    if (limit) announce(limit === 60 ? say("time.left_one") : say("time.left", { minutes: Math.round(limit / 60) }));
  }
  lastRemainingMs = remaining;
  if (remaining <= 0 && screen.isWorking) end();
}

let starting = false;
/** Everybody starts at one instant; asking may spread over some tenths of a second. */
async function startSoon() {
  if (starting) return;
  starting = true;
  await pause(600 * Math.random());
  await poll();
  starting = false;
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
    await pause(jittered(screen.view === "ending" ? ENDING_POLL_MS : POLL_MS));
  }
}

/* ---- hands ---- */

function showSaved() {
  screen.saved(queue.state);
  paper.refreshSave();
}

function review() {
  handingIn.review();
  show("review");
}

listen({
  acts: {
    previous: () => paper.show(paper.index - 1),
    next: () => (paper.isLast ? review() : paper.show(paper.index + 1)),
    flag: () => paper.toggleFlag(),
    clear: () => {
      paper.respond(null);
      announce(say("item.cleared"));
    },
    review,
    back: () => show("player"),
    submit: () => handingIn.ask(),
    "cancel-submit": () => handingIn.close(),
    "confirm-submit": () => void handingIn.submit(),
    "continue-here": () => void continueHere(),
  },
  onJump: (index) => {
    if (screen.view !== "review") return paper.show(index);
    paper.index = index;
    show("player");
  },
  onChoose: (place) => paper.choose(place),
  takesKeys: () => screen.view === "player" && clock.remainingMs(performance.now()) > 0,
});

queue.addEventListener("change", showSaved);
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
