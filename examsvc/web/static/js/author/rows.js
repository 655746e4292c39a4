// The buttons that change the form's rows do it without leaving the page: the server lays the rows out anew.

const form = document.getElementById("item-form");
const stem = form.elements.stem;
const MARK = /\[\[(\w{1,16})(?::([^[\]]{1,500}))?\]\]/g;
let latest = 0;

async function layOut(act) {
  const number = ++latest;
  const body = new FormData(form);
  body.set("act", act);
  const here = document.activeElement?.id;
  try {
    const response = await fetch(form.dataset.parts, { method: "POST", body });
    if (!response.ok) return false;
    const text = await response.text();
    if (number !== latest) return true;
    document.getElementById("parts").outerHTML = text;
    goTo(document.getElementById("parts").dataset.focus || (act ? "" : here?.replace(/^item-/, "")));
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.dispatchEvent(new CustomEvent("rows"));
    return true;
  } catch {
    return false;
  }
}

function goTo(name) {
  if (!name) return;
  const target = document.getElementById(`item-${name}`) ?? document.getElementById(name);
  target?.focus();
}

// what the server said last is where a page without this module goes on as well
if (form.dataset.focus) goTo(form.dataset.focus);

form.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[name=act]");
  if (!button || /^(kind|try|material)\b/.test(button.value)) return;
  event.preventDefault();
  if (button.value === "gap") return insertGap();
  layOut(button.value).then((done) => {
    if (!done) button.form.requestSubmit(button); // no module's way: the page's own
  });
});
form.addEventListener("change", (event) => {
  if (event.target.dataset.act) layOut(event.target.dataset.act);
});

function places() {
  const inForm = [...form.querySelectorAll("[name^=of_]")].map((field) => field.value);
  return new Set([...[...stem.value.matchAll(MARK)].map((mark) => mark[1]), ...inForm]);
}

function nextPlace() {
  const taken = places();
  let number = 1;
  while (taken.has(`P${number}`) || taken.has(String(number))) number += 1;
  return `P${number}`;
}

function put(text, start, end) {
  stem.setRangeText(text, start, end, "end");
  stem.focus();
  marked = "";
  follow();
}

function insertGap() {
  put(`[[${nextPlace()}]]`, stem.selectionStart, stem.selectionEnd);
}

// the rows follow the marks of the stem
let marked = marksOf();
let waiting = 0;

function marksOf() {
  return [...stem.value.matchAll(MARK)].map((mark) => mark[0]).join(" ");
}

function follow() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const now = marksOf();
    if (now === marked || !document.querySelector(".mark-words")) return;
    marked = now;
    layOut("");
  }, 400);
}

stem.addEventListener("input", follow);

const markWords = document.getElementById("mark-words");
if (markWords) {
  markWords.hidden = false;
  const said = document.getElementById("mark-said");
  markWords.addEventListener("click", () => {
    const { selectionStart: start, selectionEnd: end, value } = stem;
    const words = value.slice(start, end).trim();
    if (!words || /[[\]]/.test(words)) {
      said.textContent = markWords.dataset.none;
      return;
    }
    said.textContent = "";
    const lead = value.slice(start, end).indexOf(words);
    put(`[[${nextPlace()}:${words}]]`, start + lead, start + lead + words.length);
  });
}
