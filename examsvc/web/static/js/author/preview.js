// The item as a candidate will see it, while its author types; the server sanitises what is shown.

const WAIT_MS = 350;
const form = document.getElementById("item-form");
const preview = document.getElementById("preview");
const frame = preview.closest(".preview-frame");
let waiting = 0;
let latest = 0;

async function show(replace) {
  const number = ++latest;
  try {
    const response = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
    if (!response.ok || number !== latest) return;
    replace(await response.text());
    preview.dispatchEvent(new CustomEvent("shown"));
  } catch {
    // no connection: the preview stays as it is, the form loses nothing
  }
}

function whole(text) {
  preview.innerHTML = text;
}

/** What a response earns, while the controls that hold it stay as they are. */
function earned(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("tried");
  const old = document.getElementById("tried");
  if (fresh && old) old.replaceChildren(...fresh.childNodes);
}

function soon(replace) {
  clearTimeout(waiting);
  waiting = setTimeout(() => show(replace), WAIT_MS);
}

form.addEventListener("input", () => soon(whole));
preview.addEventListener("input", () => soon(earned));
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#try")) {
    event.preventDefault();
    show(earned);
  }
});

// 1280 as on an exam machine, drawn smaller where the panel is
document.addEventListener("change", (event) => {
  if (event.target.name === "preview-width") fit();
});
addEventListener("resize", fit);
function fit() {
  const wide = document.querySelector("[name=preview-width]:checked")?.value === "1280";
  preview.style.zoom = wide ? String(Math.min(1, frame.clientWidth / 1280)) : "";
}
