// Keeps a room's page live: asks for a snapshot, changes only what changed, never reloads.
const PERIOD_MS = 2000;
const SLOWEST_MS = 30000;
const GIVE_UP_MS = 8000;

const root = document.getElementById("room");
const live = document.getElementById("live");
const liveText = document.getElementById("live-text");
const announcement = document.getElementById("announcement");

let failures = 0;
let lastTime = null;
let lastSummary = null;
let syncedAt = performance.now();
let timer = null;
let asking = false;

export function clockText(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const pad = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

// A node that did not change is not touched: a screen reader and a focus stay where they are.
function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function setStatusClass(node, status) {
  for (const name of [...node.classList]) if (name.startsWith("status-") && name !== "status-cell") node.classList.remove(name);
  node.classList.add(`status-${status}`);
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

function showCounts(counts) {
  const tiles = document.getElementById("tiles");
  for (const count of counts) {
    let tile = tiles.querySelector(`[data-count="${count.status}"]`);
    if (!tile) {
      tile = document.createElement("li");
      tile.className = `tile status-${count.status}`;
      tile.dataset.count = count.status;
      const label = element("span", "", ` ${count.label}`);
      const icon = element("span", "status-icon", count.icon);
      icon.setAttribute("aria-hidden", "true");
      label.prepend(icon);
      tile.append(element("strong", "", ""), label);
      tiles.append(tile);
    }
    setText(tile.querySelector("strong"), String(count.n));
    tile.classList.toggle("tile-none", count.n === 0);
  }
}

function grantedText(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const words = rest ? root.dataset.grantedSeconds.replace("{seconds}", rest) : root.dataset.granted;
  return `+${words.replace("{minutes}", minutes)}`;
}

function showSeat(seat) {
  const row = document.getElementById(`seat-${seat.sitting}`);
  if (!row) return;
  setStatusClass(row, seat.status);
  row.classList.toggle("seat-problem", seat.needs_attention);
  row.classList.toggle("seat-paused", seat.paused);
  const status = row.querySelector(".status");
  setStatusClass(status, seat.status);
  setText(status.querySelector(".status-icon"), seat.icon);
  setText(status.querySelector(".status-label"), seat.label);
  setText(row.querySelector(".detail"), seat.detail);
  setText(row.querySelector(".responded .n"), `${seat.responded}/${seat.n_items}`);
  const time = row.querySelector(".time");
  time.dataset.ms = seat.remaining_ms;
  time.dataset.runs = seat.runs ? "1" : "";
  setText(row.querySelector(".granted"), seat.granted_s ? grantedText(seat.granted_s) : "");
  const checkIn = row.querySelector(".check-in");
  if (checkIn) checkIn.hidden = !seat.can_check_in;
}

function showAttention({ seats, attention }) {
  const list = document.getElementById("attention-list");
  const problems = attention.map((sitting) => seats.find((seat) => seat.sitting === sitting));
  const wanted = new Set(problems.map((seat) => String(seat.sitting)));
  for (const item of [...list.children]) if (!wanted.has(item.dataset.sitting)) item.remove();
  problems.forEach((seat, index) => {
    let item = list.querySelector(`[data-sitting="${seat.sitting}"]`);
    if (!item) {
      item = document.createElement("li");
      item.dataset.sitting = seat.sitting;
      const opener = document.querySelector(`#seat-${seat.sitting} [data-dialog]`);
      const link = element("a", "", opener ? opener.dataset.title : seat.number);
      link.href = `#seat-${seat.sitting}`;
      item.append(link, " ", element("span", "why", ""));
      list.insertBefore(item, list.children[index] ?? null);
    }
    setText(item.querySelector(".why"), seat.detail ? `${seat.label}, ${seat.detail}` : seat.label);
  });
  document.getElementById("attention").hidden = problems.length === 0;
}

function showIncidents(incidents) {
  const list = document.getElementById("incidents");
  const known = new Set([...list.children].map((item) => item.dataset.incident));
  for (const incident of [...incidents].reverse()) {
    if (known.has(String(incident.id))) continue;
    const item = document.createElement("li");
    item.dataset.incident = incident.id;
    if (incident.by_system) item.className = "by-system";
    item.append(element("span", "incident-at", incident.at), element("strong", "", incident.kind));
    if (incident.number) item.append(element("span", "incident-who", incident.number));
    item.append(element("span", "incident-note", incident.note), element("span", "text-soft", incident.reporter));
    list.prepend(item);
  }
  document.getElementById("no-incidents").hidden = incidents.length > 0;
}

// How many an act for the whole room concerns stands beside it and on its button.
function showConcerned(picture) {
  for (const node of document.querySelectorAll("[data-n]")) setText(node, String(picture[node.dataset.n]));
  for (const [act, n] of [["pause", picture.to_pause], ["resume", picture.to_resume]]) {
    const drop = document.querySelector(`[data-act="${act}"]`);
    if (drop && !drop.open) drop.hidden = n === 0;
  }
}

function showWarnings(warnings) {
  const list = document.getElementById("room-warnings");
  if ([...list.children].map((item) => item.textContent).join("\n") !== warnings.join("\n")) {
    list.replaceChildren(...warnings.map((text) => element("li", "", text)));
  }
  list.hidden = warnings.length === 0;
}

function show(picture) {
  syncedAt = performance.now();
  const clock = document.getElementById("clock");
  clock.className = `clock phase-${picture.phase}`;
  setText(document.getElementById("clock-label"), picture.clock_label);
  document.getElementById("clock-time").dataset.ms = picture.clock_ms;
  showCounts(picture.counts);
  picture.seats.forEach(showSeat);
  showAttention(picture);
  showIncidents(picture.incidents);
  showConcerned(picture);
  showWarnings(picture.warnings);
  const checkInAll = document.getElementById("check-in-all");
  if (checkInAll) {
    const missing = picture.seats.filter((seat) => seat.can_check_in).length;
    checkInAll.hidden = missing === 0;
    setText(document.getElementById("missing"), String(missing));
  }
  // Spoken only when a count changed: the clock and the silence of a machine would never stop talking.
  if (lastSummary !== null && lastSummary !== picture.summary) announcement.textContent = picture.summary;
  lastSummary = picture.summary;
  lastTime = picture.taken_at;
  live.classList.remove("live-lost");
  setText(liveText, root.dataset.updated.replace("{time}", lastTime));
  tick();
}

function showLost() {
  if (failures < 2 || lastTime === null) return; // one lost answer is not worth an alarm
  live.classList.add("live-lost");
  const text = root.dataset.lost.replace("{time}", lastTime);
  setText(liveText, text);
  if (announcement.textContent !== text) announcement.textContent = text;
}

function tick() {
  const passed = performance.now() - syncedAt;
  const clock = document.getElementById("clock-time");
  setText(clock, clockText(Number(clock.dataset.ms) - passed));
  for (const time of document.querySelectorAll(".time")) {
    const ms = Number(time.dataset.ms);
    setText(time, ms > 0 ? clockText(ms - (time.dataset.runs ? passed : 0)) : "–");
  }
}

async function ask() {
  if (asking) return;
  asking = true;
  const control = new AbortController();
  const limit = setTimeout(() => control.abort(), GIVE_UP_MS);
  try {
    const response = await fetch(root.dataset.snapshot, { headers: { Accept: "application/json" }, signal: control.signal });
    if (response.status === 401 || response.status === 403) {
      live.classList.add("live-lost");
      setText(liveText, root.dataset.ended);
      announcement.textContent = root.dataset.ended;
      return; // asking on would help nobody: the login is over
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    show(await response.json());
    failures = 0;
    plan();
  } catch {
    failures += 1;
    showLost();
    plan();
  } finally {
    clearTimeout(limit);
    asking = false;
  }
}

// Jitter keeps the rooms' pages from asking all at once; a struggling server is asked ever more rarely.
function plan() {
  const wait = Math.min(SLOWEST_MS, PERIOD_MS * 2 ** Math.min(failures, 5)) * (document.hidden ? 5 : 1);
  clearTimeout(timer);
  timer = setTimeout(ask, wait * (0.8 + 0.4 * Math.random()));
}

function openDialogs() {
  const dialog = document.getElementById("seat-dialog");
  const body = document.getElementById("seat-dialog-body");
  document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const response = await fetch(`${opener.href}?fragment=1`);
      if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
      body.innerHTML = await response.text(); // our own page's fragment, escaped by the server
    } catch {
      location.assign(opener.href); // the page of its own says what is wrong
      return;
    }
    document.getElementById("seat-dialog-title").textContent = opener.dataset.title;
    dialog.showModal();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && root.dataset.snapshot) ask();
});
openDialogs();
setInterval(tick, 500);
if (root.dataset.snapshot) ask();
