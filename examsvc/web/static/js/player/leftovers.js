/** On the receipt's page: what an interrupted player left on this machine is handed over, as late, and wiped. */

import { Api } from "./api.js";
import { EventQueue } from "./queue.js";
import { Session } from "./session.js";
import { Shell } from "./shell.js";
import { openStorage } from "./storage.js";
import { config } from "./texts.js";
import { pause } from "./waits.js";

const api = new Api(config.api, config.page);
const storage = await openStorage(config.storage);
const queue = new EventQueue({
  sitting: config.sitting,
  store: storage,
  send: (events) => api.post("/events", { events }),
  onReply: () => {},
  now: Date.now,
  wait: pause,
  random: Math.random,
});
await Promise.allSettled([new Session(storage, config.sitting, config.owner).wipe(), new Shell(config).forget()]);
await queue.flushLeftovers();
