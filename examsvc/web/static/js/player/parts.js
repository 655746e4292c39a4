/** The pieces of the player that need only the page's configuration, each made once. */

import { Api } from "./api.js";
import { ServerClock } from "./clock.js";
import { Screen } from "./screen.js";
import { SealedForm } from "./sealed.js";
import { Session } from "./session.js";
import { Shell } from "./shell.js";
import { openStorage } from "./storage.js";
import { config } from "./texts.js";

export const api = new Api(config.api, config.page);
export const clock = new ServerClock();
export const storage = await openStorage(config.storage);
export const session = new Session(storage, config.sitting, config.owner);
export const sealed = new SealedForm(api);
export const screen = new Screen(storage.durable);
export const shell = new Shell(config);
