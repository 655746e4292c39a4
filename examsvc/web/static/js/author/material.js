// The material that is chosen stands in the form as soon as it is chosen; without this module a button shows it.

const form = document.getElementById("item-form");
const choice = form.elements.stimulus;
const button = form.querySelector(".show-material");
let latest = 0;

button.hidden = true;
choice.addEventListener("change", async () => {
  const number = ++latest;
  form.querySelector(".stimulus-new").open = choice.value === "+";
  try {
    const response = await fetch(form.dataset.material, { method: "POST", body: new FormData(form) });
    const text = response.ok ? await response.text() : "";
    if (number === latest && text) document.getElementById("material").outerHTML = text;
    button.hidden = response.ok;
  } catch {
    button.hidden = false; // no module's way: the page's own
  }
});
