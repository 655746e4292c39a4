// The item as a candidate will see it, while its author types; the server sanitises what is shown.

const WAIT_MS = 350;
const form = document.getElementById("item-form");
const preview = document.getElementById("preview");
let waiting = 0;
let latest = 0;

async function show() {
  const number = ++latest;
  try {
    const response = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
    if (response.ok && number === latest) preview.innerHTML = await response.text();
  } catch {
    // no connection: the preview stays as it is, the form loses nothing
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, WAIT_MS);
});
