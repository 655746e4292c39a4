// Choosing many lines of a list: all at once, and how many so far.

for (const form of document.querySelectorAll("[data-ticks]")) {
  const all = form.querySelector("[data-tick-all]");
  const counter = form.querySelector("[data-ticked]");
  const ticks = [...form.querySelectorAll("input[name=version_ids]:not(:disabled)")];
  const told = counter.textContent;

  const show = () => {
    const chosen = ticks.filter((tick) => tick.checked).length;
    counter.textContent = chosen ? counter.dataset.words.replace("{}", String(chosen)) : told;
    all.checked = chosen > 0 && chosen === ticks.length;
    all.indeterminate = chosen > 0 && chosen < ticks.length;
  };

  all.hidden = ticks.length === 0;
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  show();
}
