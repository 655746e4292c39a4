// Keys for the appraisal, only while its form has the focus and no text is being typed.

const form = document.getElementById("review-form");

form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    const accept = form.querySelector("button[value=accept]");
    if (accept) form.requestSubmit(accept); // whoever has accepted already can only return it
    return;
  }
  if (event.target.matches("textarea") || event.ctrlKey || event.altKey || event.metaKey) return;
  const check = form.querySelectorAll("input[name=checklist]")[Number(event.key) - 1];
  if (check) {
    check.checked = !check.checked;
    check.focus();
    event.preventDefault();
  }
});
