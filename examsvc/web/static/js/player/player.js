/** The timed player: which view is shown, and what each word of the server changes. */

import { listenToHands } from "./buttons.js";
import { Course } from "./course.js";
import { EmergencyFile } from "./emergency.js";
import { HandingIn } from "./handing_in.js";
import { LeavingSection } from "./leaving_section.js";
import { Watch } from "./live.js";
import { Opening } from "./opening.js";
import { Paper, byId } from "./paper.js";
import { api, clock, screen, sealed, session, shell, storage } from "./parts.js";
import { EventQueue } from "./queue.js";
import { TabLock } from "./tabs.js";
import { announce, config, say } from "./texts.js";
import { TimeDisplay } from "./time_display.js";
import { checkKeyboard, checkServer, checkStorage, prepareWaitingRoom, serverSilent } from "./waiting.js";
import { drained, pause } from "./waits.js";

const CLOCK_LIMIT_MS = 5_000; // a reading that is older says little
const CLOSED = new Set(["submitted", "expired", "absent", "annulled"]);

const queue = new EventQueue({
  sitting: config.sitting,
  store: storage,
  send: (events) => api.post("/events", { events }),
  onReply: hear,
  now: Date.now,
  wait: pause,
  random: Math.random,
});
const paper = new Paper({
  say,
  announce,
  onAct: (itemId, state) => queue.add(itemId, state),
  saveState: (itemId) => queue.stateOf(itemId),
  onShow,
});
const course = new Course(paper, queue);
const tab = new TabLock(`sitting-${config.sitting}`, {
  onAsked: async () => {
    paper.flush();
    await Promise.race([drained(queue), pause(2_000)]);
  },
  onLost: superseded,
});
const opening = new Opening(
  { api, clock, queue, session, sealed },
  { onOpened: begin, onRefused: refusedToOpen, onSilence: () => setReached(false) },
);
const handingIn = new HandingIn(
  { api, queue, paper },
  { epoch: () => epoch, isOver: () => screen.view === "ending", onReply: hear, onSealed: goToReceipt },
);
const leavingSection = new LeavingSection({ api, queue, paper, onReply: hear });
const emergency = new EmergencyFile({ ...config, queue, key: () => course.opened?.said.emergency_key });
const watch = new Watch({
  url: config.live ?? null,
  ask: poll,
  isUrgent: () => ["ending", "registered", "asking"].includes(screen.view),
});
const time = new TimeDisplay({
  clock,
  isWaiting: () => screen.view === "waiting",
  onDue: () => watch.soon(),
  onLeft: (words) => screen.pass(words),
});

let epoch = 0; // of this page; 0: nothing opened here
let leaving = false;
let heardAt = performance.now();

/** @param {import("./screen.js").View} next */
function show(next) {
  if (screen.show(next, epoch > 0) && next === "player") paper.show(paper.index);
}

/* ---- what the server says ---- */

/** @param {import("./api.js").Reply | null} reply null: nobody answered */
function hear(reply) {
  if (reply === null) return setReached(false);
  if (screen.loggedOut && reply.status !== 401) queue.kick(); // logged in again in another tab
  screen.loggedOut = reply.status === 401;
  if (["event_altered", "seq_conflict"].includes(reply.body?.error)) screen.stand(say("net.conflict"));
  if (screen.view === "superseded" && reply.body?.error === "epoch_superseded") screen.stand(say("net.handed_over"));
  // the server does not know this machine any more, perhaps after a crash: a proctor has to allow it
  if (reply.body?.error === "permit_required" && epoch) putDownPen("asking");
  if (reply.body?.faults) screen.stand(say("net.refused"));
  setReached(reply.status < 500 && reply.status !== 429);
  const reading = reply.body?.clock ?? (reply.body?.server_time ? reply.body : null);
  if (reading) readClock(reading, reply);
}

/** @param {boolean} now */
function setReached(now) {
  const back = now && !screen.reached;
  if (now) heardAt = performance.now();
  screen.reached = now;
  screen.notice();
  if (!back) return;
  announce(say("net.back"));
  if (epoch) queue.kick();
  else if (screen.view === "superseded") void handOver();
}

/** @param {import("./clock.js").Reading} reading @param {import("./api.js").Reply} reply */
function readClock(reading, reply) {
  const change = clock.sync(reading, reply.sentAt, reply.receivedAt);
  if (epoch && !leaving) void session.keepClock(reading, change.time || change.paused || change.section);
  if (change.time && epoch) screen.pass(time.changed(reading.deadline_at));
  if (CLOSED.has(reading.state)) void leave();
  else if (epoch && reading.epoch > epoch) {
    superseded();
    void session.wipe(); // no page may go on in an epoch that another machine has ended
  } else route();
}

function route() {
  const reading = clock.reading; // the newest: this reply may have been overtaken
  if (!reading || screen.view === "elsewhere" || screen.view === "superseded" || opening.isBusy || leaving) return;
  if (reading.phase === "grace" || reading.phase === "over") return epoch || reading.state === "open" ? end() : undefined;
  if (epoch) return goOn(reading);
  if (reading.state === "registered") show("registered");
  else if (reading.phase === "waiting") wait();
  else void enter();
}

/** The sitting is open here. @param {import("./clock.js").Reading} reading */
function goOn(reading) {
  toSection(reading.section ?? 1);
  if (reading.paused) return stopClock();
  if (screen.view !== "ending" && screen.view !== "paused") return;
  if (screen.view === "paused") screen.pass(say("paused.end"));
  paper.lock(false); // the clock goes on, or time was granted after all
  show("player");
}

/** @param {number} next */
function toSection(next) {
  if (next !== course.section) closeDialogs();
  course.toSection(next);
}

function wait() {
  show("waiting");
  sealed.prefetch(() => screen.view === "waiting");
}

function stopClock() {
  if (screen.view === "paused") return;
  closeDialogs();
  show("paused");
  announce(say("paused.begin"));
}

/** Write no more here; what waits is kept. @param {import("./screen.js").View} next */
function putDownPen(next) {
  paper.flush();
  queue.halt();
  epoch = 0;
  closeDialogs();
  show(next);
}

/** The sitting goes on elsewhere. */
function superseded() {
  if (leaving || screen.view === "superseded") return;
  putDownPen("superseded");
  void handOver();
}

/** What this page still holds goes to the server all the same: it keeps it aside, or has it from another window. */
async function handOver() {
  if (queue.unsent.length && !(await queue.flushLeftovers())) return; // once the server is back
  if (screen.view === "superseded") showSaved();
}

function end() {
  if (screen.view === "ending") return;
  paper.flush();
  closeDialogs();
  paper.lock(true);
  show("ending");
  announce(say("time.up"));
  if (epoch) queue.kick();
}

function closeDialogs() {
  handingIn.close();
  leavingSection.close();
}

async function leave() {
  if (leaving) return;
  leaving = true;
  await Promise.race([drained(queue), pause(4_000)]);
  await goToReceipt();
}

/** The sitting is closed: nothing of it stays on this machine but what the server has not got. */
async function goToReceipt() {
  leaving = true;
  await Promise.allSettled([session.wipe(), shell.forget()]);
  location.replace(config.page);
}

/* ---- opening ---- */

async function enter() {
  if (screen.view !== "asking") show("loading");
  await opening.online();
  if (epoch) route();
}

/** The server is silent: perhaps the page before this one left what is needed to go on. */
async function resume() {
  if (epoch || leaving || screen.view !== "loading") return;
  await opening.offline();
  if (!epoch) return;
  screen.pass(say("net.offline_resumed"));
  route();
}

/** @param {import("./opening.js").Opened} now */
function begin(now) {
  epoch = now.said.epoch;
  time.restart();
  course.begin(now);
  showSaved();
  show("player");
  void shell.keepImages(document.querySelectorAll(".paper img"));
}

/** @param {import("./api.js").Reply} reply */
function refusedToOpen(reply) {
  const error = reply.body?.error;
  if (error === "permit_required") show("asking");
  else if (error === "not_started") setTimeout(() => watch.soon(), 400);
  else if (error === "closed") void leave();
  else if (error === "window_over") end();
  else if (error === "not_checked_in") show("registered");
  else hear(reply);
}

/* ---- time ---- */

function tick() {
  const now = performance.now();
  time.tick(now, epoch ? course.limitsS : null);
  if (epoch && !screen.reached && screen.isWorking) offlineAt(now);
  screen.emergency(emergency.isDue(screen.reached ? 0 : now - heardAt, ["superseded", "ending", "asking"].includes(screen.view)));
}

/** The server is silent: sections and the end come by this machine's own count; the server's next word replaces it. */
function offlineAt(/** @type {number} */ now) {
  if (clock.remainingMs(now) <= 0 && !clock.isPaused) return end();
  toSection(clock.sectionAt(now, course.limitsS).section);
}

async function poll() {
  try {
    const reply = await api.get("/clock", CLOCK_LIMIT_MS);
    if (reply.status === 200) checkServer(say, reply);
    hear(reply);
  } catch {
    serverSilent(say);
    hear(null);
  }
  if (!screen.reached && !screen.loggedOut) await resume();
}

/* ---- hands ---- */

/** @param {string} itemId */
function onShow(itemId) {
  if (epoch && screen.isWorking) course.shown(itemId);
}

function showSaved() {
  screen.saved(queue.state);
  paper.refreshSave();
}

function continueHere() {
  show("loading");
  void tab.takeOver().then(() => watch.soon());
}

listenToHands({ paper, course, screen, handingIn, leavingSection, emergency, show, onContinue: continueHere });
queue.onChange(showSaved);
addEventListener("online", () => watch.soon());
addEventListener("pagehide", () => paper.flush());
addEventListener("beforeunload", (event) => {
  paper.flush();
  if (!leaving && epoch && queue.state === "unsaved") event.preventDefault();
});
document.addEventListener("visibilitychange", () => (document.hidden ? paper.flush() : watch.soon()));

checkKeyboard(say);
checkStorage(say, config.storage, storage.durable);
prepareWaitingRoom(say, config);
setInterval(tick, 250);
if (!(await tab.claim())) show("elsewhere");
void watch.run();
void shell.keep();
