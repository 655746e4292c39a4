/** A task that is done elsewhere and rated there: nothing is responded to here. */

import { clone } from "../dom.js";

/** @typedef {import("./registry.js").Interaction} Interaction */

/** @implements {Interaction} */
export class Practical {
  isElsewhere = true;

  render() {
    return clone("practical-template");
  }

  /** @returns {{response: null, struck: string[]}} */
  read() {
    return { response: null, struck: [] };
  }

  set() {}
  lock() {}
  respond() {}
  choose() {}
  strike() {}
}
