// Uploads a picture without leaving the form, and puts its reference where the cursor stood last.

const form = document.getElementById("picture-form");
const item = document.getElementById("item-form");
const said = document.getElementById("picture-said");
let target = item.querySelector("textarea");

item.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea")) target = event.target;
});

function insert(text) {
  target.setRangeText(text, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
  target.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  said.textContent = "";
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
    const told = await response.json();
    if (response.ok) {
      insert(told.reference);
      form.reset();
      said.textContent = said.dataset.inserted;
    } else {
      said.textContent = told.reason ?? said.dataset.failed;
    }
  } catch {
    said.textContent = said.dataset.failed;
  }
});
