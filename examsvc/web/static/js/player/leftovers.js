/** On the receipt's page: what an interrupted player left on this machine is still handed over, as late. */

import { Api } from "./api.js";
import { EventQueue } from "./queue.js";
import { openStorage } from "./storage.js";

const config = JSON.parse(document.getElementById("player-config")?.textContent ?? "{}");
const api = new Api(config.api, config.page);
const queue = new EventQueue({
  sitting: config.sitting,
  storage: await openStorage(config.storage),
  send: (events) => api.post("/events", { events }),
});
await queue.flushLeftovers();
