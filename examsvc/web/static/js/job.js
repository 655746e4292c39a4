// Keeps the panels of running jobs live: asks every second, less often while the server does not answer.

const EVERY_MS = 1000;
const AT_MOST_MS = 15000;

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Ask for JSON; anything but a proper answer throws. */
async function ask(url, options = {}) {
  const response = await fetch(url, { headers: { Accept: "application/json", "X-CSRFToken": token() }, ...options });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

/** Show a job's state; text is set only when it changed, so that it is read out once. */
function show(panel, job) {
  const text = panel.querySelector(".job-text");
  if (text.textContent !== job.text) text.textContent = job.text;
  const bar = panel.querySelector(".job-progress");
  if (job.percent === null) bar.removeAttribute("value");
  else bar.value = job.percent;
}

/** A job that is over: the page that shows its outcome is loaded, or the panel says what went wrong. */
function finish(panel, job) {
  panel.querySelector(".job-progress").hidden = true;
  panel.querySelector(".job-cancel")?.remove();
  panel.classList.add(`job-${job.state}`);
  if (job.state !== "done") return;
  const target = panel.dataset.doneUrl;
  if (target) {
    location.assign(target);
  } else if (job.url && job.url !== location.pathname) {
    const link = panel.querySelector(".job-open");
    link.href = job.url;
    link.hidden = false;
    link.focus();
  } else {
    location.reload();
  }
}

function follow(panel) {
  const { jobUrl, cancelUrl, textLost } = panel.dataset;
  let wait = EVERY_MS;

  async function poll() {
    try {
      const job = await ask(jobUrl);
      wait = EVERY_MS;
      show(panel, job);
      if (job.is_over) return finish(panel, job);
    } catch {
      wait = Math.min(wait * 2, AT_MOST_MS);
      panel.querySelector(".job-text").textContent = textLost;
    }
    setTimeout(poll, wait);
    return undefined;
  }

  const button = panel.querySelector(".job-cancel");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        show(panel, await ask(cancelUrl, { method: "POST" }));
      } catch {
        button.disabled = false;
        panel.querySelector(".job-text").textContent = textLost;
      }
    });
  }
  setTimeout(poll, EVERY_MS);
}

document.querySelectorAll("[data-job-url]").forEach(follow);
