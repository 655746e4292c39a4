/** What an event is: how it waits, how it travels, what remains of it. */

import { canonicalJson, sha256 } from "./canonical.js";

/**
 * @typedef {object} ItemState the whole state of an item: the last one says all
 * @property {string | null} response one line, as the item's interaction spells it; of an essay the text
 * @property {boolean} flagged
 * @property {string[]} struck ids of options struck out
 * @property {string} note
 */

/**
 * @typedef {object} Kept an event as it waits, keyed by sitting, epoch and seq
 * @property {number} sitting
 * @property {number} epoch
 * @property {number} seq
 * @property {string} event_id
 * @property {string} item_id
 * @property {ItemState} payload
 * @property {number} client_ms
 * @property {boolean} [refused] the server will never take it
 */

/** @typedef {{sitting: number, epoch: number, seq: number, event_id: string, hash: string | null}} Line of the log */

/** @typedef {"unsaved" | "machine" | "server" | "refused"} SaveState */

const MAX_NOTE = 2_000;
const REQUEST_BYTES = 200_000; // the server takes somewhat more
const EVENT_BYTES = 400;
const BYTES_A_CHARACTER = 3; // of Vietnamese, at most
const MAX_RESPONSE = 20_000;

/** @param {Kept} event as it travels */
export function wire({ epoch, seq, event_id, item_id, payload, client_ms }) {
  return { epoch, seq, event_id, item_id, payload, client_ms };
}

/** @param {Kept} one @param {Kept} other */
export function byPlace(one, other) {
  return one.epoch - other.epoch || one.seq - other.seq;
}

/** @param {ItemState} state @returns {ItemState} a copy that the server can store */
export function storable({ response, flagged, struck, note }) {
  const kept = response === null ? null : whole(response, MAX_RESPONSE);
  return { response: kept, flagged, struck: [...struck], note: whole(note, MAX_NOTE) };
}

/** @param {string} text @param {number} most characters */
function whole(text, most) {
  const cut = text.replaceAll("\0", "").slice(0, most);
  // A lone surrogate has no UTF-8: half of a sign, pasted, or left by the cut.
  return cut.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** @param {Kept} event @returns {Promise<Line>} what remains of the event once the server has it */
export async function lineOf({ sitting, epoch, seq, event_id, item_id, payload }) {
  return { sitting, epoch, seq, event_id, hash: await sha256(canonicalJson({ item_id, payload })) };
}

/** @param {Kept[]} events @returns {Kept[]} the first of them that fit into one request, one at least */
export function withinBytes(events) {
  let bytes = 0;
  const end = events.findIndex(({ payload: { response, note } }, place) => {
    bytes += EVENT_BYTES + BYTES_A_CHARACTER * ((response ?? "").length + note.length);
    return bytes > REQUEST_BYTES && place > 0;
  });
  return end < 0 ? events : events.slice(0, end);
}

/**
 * How safe they are together: as the least safe of them.
 * @param {Kept[]} waiting
 * @param {Set<string>} onMachine ids of those that this machine's store holds
 * @returns {SaveState}
 */
export function saveState(waiting, onMachine) {
  if (waiting.some((event) => event.refused)) return "refused";
  if (waiting.some((event) => !onMachine.has(event.event_id))) return "unsaved";
  return waiting.length ? "machine" : "server";
}
