/** The ways in which an item is responded to, by name; the paper knows nothing else of them. */

import { clone } from "../dom.js";
import { MultipleResponse, SingleChoice, TrueFalse } from "./choices.js";
import { Hotspot } from "./hotspot.js";
import { Hottext } from "./hottext.js";
import { Order } from "./order.js";
import { GapMatch, InlineChoice, Match } from "./paired.js";
import { Practical } from "./practical.js";
import { Statements } from "./statements.js";
import { Essay, Numeric, ShortText } from "./typed.js";

/**
 * @typedef {object} Interaction one item's, on the screen
 * @property {(stem: HTMLElement) => HTMLElement} render once, before anything else; the stem stands above it and describes it
 * @property {() => {response: string | null, struck: string[]}} read
 * @property {(state: {response: string | null, struck: string[]}) => void} set without a word to anybody
 * @property {(locked: boolean) => void} lock
 * @property {(response: string | null) => void} respond null: no response
 * @property {(place: number) => void} choose by a key: the option with this place, from 0; nothing where there is none
 * @property {(place: number | null) => void} strike by a key; null: the option that has the focus
 * @property {() => void} [flush] hand on what is still being typed
 * @property {boolean} [isElsewhere] it takes no response here
 */
/**
 * @typedef {object} Parts
 * @property {import("../item.js").Item} item
 * @property {(key: string, values?: Record<string, unknown>) => string} say
 * @property {(words?: string) => void} onChange the candidate did something; words are read out
 */

/** @type {Record<string, new (parts: Parts) => Interaction>} */
const KNOWN = {
  single_choice: SingleChoice,
  true_false: TrueFalse,
  multiple_response: MultipleResponse,
  statements: Statements,
  numeric: Numeric,
  short_text: ShortText,
  order: Order,
  match: Match,
  inline_choice: InlineChoice,
  gap_match: GapMatch,
  hotspot: Hotspot,
  hottext: Hottext,
  essay: Essay,
  practical: Practical,
};

/** @param {Parts} parts @returns {Interaction} */
export function interactionFor(parts) {
  const Kind = KNOWN[parts.item.interaction ?? "single_choice"] ?? Unknown;
  return new Kind(parts);
}

/** An item of a newer server: it says so, and keeps what was responded elsewhere. @implements {Interaction} */
class Unknown {
  /** @type {{response: string | null, struck: string[]}} */
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

  /** @param {{response: string | null, struck: string[]}} state */
  set(state) {
    this.#held = state;
  }

  lock() {}
  respond() {}
  choose() {}
  strike() {}
}
