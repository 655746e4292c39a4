/** What a reply means for each event that was sent: it may be forgotten, must be kept, or will never be taken. */

/** @typedef {import("./events.js").Kept} Kept */

const COUNTED = ["accepted", "duplicate"];
const ASIDE = ["late", "out_of_turn"]; // on the server, for people to decide
const CONTRADICTED = ["altered", "seq_conflict"]; // an incident there: sending again changes nothing

/**
 * @param {Kept[]} batch
 * @param {{status: number, body: any}} reply
 * @param {import("./epoch_log.js").EpochLog} log of this page's own epoch
 */
export function judge(batch, { status, body }, log) {
  const fate = (/** @type {Kept} */ event) => String(body?.outcomes?.[event.event_id]);
  const faults = /** @type {{index: number}[]} */ (status === 422 ? (body?.faults ?? []) : []);
  const isFaulty = (/** @type {number} */ index) => faults.some((fault) => fault.index === index);
  const faulty = batch.filter((_event, index) => isFaulty(index));
  const contradicted = batch.filter((event) => CONTRADICTED.includes(fate(event)));
  const aside = batch.filter((event) => ASIDE.includes(fate(event)));
  for (const event of faulty) log.exclude(event, { held: false });
  for (const event of [...contradicted, ...aside]) log.exclude(event, { held: true });

  const isDurable = (/** @type {Kept} */ event) => {
    if (fate(event) === "quarantined") return !log.owns(event); // its own, once superseded, are kept here too
    if (!COUNTED.includes(fate(event))) return false;
    if (!log.owns(event) || event.epoch < body.clock?.epoch) return true;
    return log.isSafe(event, body.durable_through);
  };
  const counted = batch.filter((event) => log.owns(event) && COUNTED.includes(fate(event)));
  const next = (body?.durable_through ?? Infinity) + 1;
  return {
    refused: [...faulty, ...contradicted],
    // Somebody wrote under our numbers: a page before this one that crashed, and knew more than it could store.
    collided: batch.filter((event) => log.owns(event) && fate(event) === "seq_conflict"),
    gone: batch.filter((event) => aside.includes(event) || isDurable(event)),
    counted: counted.filter(isDurable),
    // The server holds what comes after this number, and not the number itself.
    lacking: body?.clock?.epoch === log.epoch && counted.some((event) => event.seq > next) ? next : null,
    isSuperseded: batch.some((event) => log.owns(event) && fate(event) === "quarantined"),
  };
}
