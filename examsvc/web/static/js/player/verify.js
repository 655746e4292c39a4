/** On the receipt's page: the log's digest computed anew in this browser, and compared with the receipt's. */

import { sha256 } from "./canonical.js";
import { byId } from "./dom.js";
import { config, say } from "./texts.js";

const button = byId("verify");
const verdict = byId("verify-verdict");

/** @param {"yes" | "no" | "wait"} ok @param {string} words */
function tell(ok, words) {
  verdict.dataset.ok = ok;
  verdict.textContent = words;
}

async function verify() {
  tell("wait", say("verify.running"));
  try {
    const response = await fetch(`${config.api}/log`, { cache: "no-store", credentials: "same-origin" });
    if (!response.ok) throw new Error(`log: ${response.status}`);
    const log = await response.text();
    const digest = await sha256(log);
    const count = log === "" ? 0 : log.split("\n").length;
    if (digest === null) tell("no", say("verify.impossible"));
    else if (digest === button.dataset.digest) tell("yes", say("verify.equal", { count }));
    else tell("no", say("verify.unequal", { digest }));
  } catch (error) {
    console.warn("the log was not read", error);
    tell("no", say("verify.silent"));
  }
}

if (button) {
  button.disabled = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    await verify();
    button.disabled = false;
    button.focus(); // a disabled button has lost it
  });
}

const printing = byId("print");
if (printing) {
  printing.hidden = false;
  printing.addEventListener("click", () => print());
}
