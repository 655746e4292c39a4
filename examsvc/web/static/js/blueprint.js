// Sums and eligibility while a blueprint is typed; the server decides, this only saves a round trip.

const form = document.querySelector("form.blueprint");
const table = form.querySelector("table.matrix");
const size = form.querySelector("#n_items");
const balance = form.querySelector("[data-balance]");
const inputs = [...table.querySelectorAll(".cell-input")];
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

/** A whole number of at least 0; an empty field is 0; anything else is null. */
function read(input) {
  if (input.validity.badInput) return null;
  const text = input.value.trim();
  if (text === "") return 0;
  return /^\d+$/.test(text) ? Number(text) : null;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function showCell(input, count) {
  const { factor, need: needWords, met, short } = table.dataset;
  const have = Number(input.dataset.have);
  const need = Number(factor) * (count ?? 0);
  const lacks = Math.max(need - have, 0);
  const cell = input.closest("td");
  cell.classList.toggle("cell-met", count > 0 && lacks === 0);
  cell.classList.toggle("cell-short", lacks > 0);
  cell.classList.toggle("cell-wrong", count === null);
  setText(cell.querySelector("[data-need]"), count > 0 ? fill(needWords, { need }) : "");
  setText(cell.querySelector("[data-state]"), fill(lacks > 0 ? short : met, { have, lacks }));
}

function showSum(code, total, wholeSize) {
  const wanted = table.querySelector(`[data-wanted="${code}"]`);
  const share = Number(wanted.dataset.share) * wholeSize;
  setText(table.querySelector(`[data-sum="${code}"]`), String(total));
  setText(wanted, fill(table.dataset.of, { wanted: number.format(share) }));
  table.querySelector(`[data-off="${code}"]`).hidden = Math.abs(total - share) < 1;
}

function showBalance(found, wanted, isReadable) {
  const { exact, more, less, bad } = balance.dataset;
  let words = exact;
  if (!isReadable) words = bad;
  else if (found < wanted) words = more;
  else if (found > wanted) words = less;
  balance.classList.toggle("is-exact", words === exact);
  balance.classList.toggle("is-off", words !== exact);
  setText(balance, fill(words, { found, wanted, num: Math.abs(found - wanted) }));
}

function refresh() {
  const wholeSize = read(size);
  const sums = new Map();
  let total = 0;
  let isReadable = wholeSize !== null;
  for (const input of inputs) {
    const count = read(input);
    const { row, column } = input.dataset;
    isReadable = isReadable && count !== null;
    sums.set(row, (sums.get(row) ?? 0) + (count ?? 0));
    sums.set(column, (sums.get(column) ?? 0) + (count ?? 0));
    total += count ?? 0;
    showCell(input, count);
  }
  for (const [code, sum] of sums) showSum(code, sum, wholeSize ?? 0);
  setText(table.querySelector("[data-total]"), String(total));
  const whole = table.querySelector("[data-size]");
  setText(whole, fill(whole.dataset.of, { wanted: wholeSize ?? 0 }));
  showBalance(total, wholeSize ?? 0, isReadable);
}

form.addEventListener("input", refresh);
refresh();
