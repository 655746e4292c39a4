/** The ways in which an item is responded to, by name; the paper knows nothing else of them. */

import { clone } from "../dom.js";
import { SingleChoice } from "./single_choice.js";

/**
 * @typedef {object} Interaction one item's, on the screen
 * @property {(stemId: string) => HTMLElement} render once, before anything else
 * @property {() => {response: any, struck: string[]}} read
 * @property {(state: {response: any, struck: string[]}) => void} set without a word to anybody
 * @property {(locked: boolean) => void} lock
 * @property {(response: any) => void} respond null: no response
 * @property {(place: number) => void} choose by a key: the option with this place, from 0; nothing where there is none
 * @property {(place: number | null) => void} strike by a key; null: the option that has the focus
 */
/**
 * @typedef {object} Parts
 * @property {import("../item.js").Item} item
 * @property {(key: string, values?: Record<string, unknown>) => string} say
 * @property {(words?: string) => void} onChange the candidate did something; words are read out
 */

/** @type {Record<string, new (parts: Parts) => Interaction>} */
const KNOWN = { single_choice: SingleChoice };

/** @param {Parts} parts @returns {Interaction} */
export function interactionFor(parts) {
  const Kind = KNOWN[parts.item.interaction ?? "single_choice"] ?? Unknown;
  return new Kind(parts);
}

/** An item of a newer server: it says so, and keeps what was responded elsewhere. @implements {Interaction} */
class Unknown {
  /** @type {{response: any, struck: string[]}} */
  #held = { response: null, struck: [] };

  /** @param {Parts} parts */
  constructor({ say }) {
    this.say = say;
  }

  render() {
    const line = clone("unknown-template");
    line.textContent = this.say("item.unknown");
    return line;
  }

  read() {
    return this.#held;
  }

  /** @param {{response: any, struck: string[]}} state */
  set(state) {
    this.#held = state;
  }

  lock() {}
  respond() {}
  choose() {}
  strike() {}
}
