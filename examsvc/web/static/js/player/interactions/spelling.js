/** A response as one line of text, as the server's marking reads it; the ids stand in the order in which they are shown. */

const MOST_DIGITS = 30;
// What Python's str.strip takes away: trim() knows other signs.
const EDGES = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
const NUMBER = /^[+-]?[0-9][0-9.,\u00a0\u202f ]*$/;
const GROUPED = /^[0-9]{1,3}([.,\u00a0\u202f ][0-9]{3})+$/;

/** @param {string | null} response @returns {string[]} options, places or pairs */
export function partsOf(response) {
  return response ? response.split(" ") : [];
}

/** @param {string[]} parts @returns {string | null} null: no response */
export function spelled(parts) {
  return parts.length ? parts.join(" ") : null;
}

/** @param {string} text @returns {string} in one Unicode form, without white space around it */
export function trimmed(text) {
  return text.normalize("NFC").replace(EDGES, "");
}

/** @param {string} text @returns {number} characters as people count them, and the server */
export function lengthOf(text) {
  return [...text].length;
}

/** Whether the server can read it as a number, in one way or in two. @param {string} text */
export function isNumber(text) {
  const typed = trimmed(text).replace(/[\u2212\u2013]/g, "-");
  if (!NUMBER.test(typed) || typed.replace(/[^0-9]/g, "").length > MOST_DIGITS) return false;
  const digits = typed.replace(/^[+-]+/, "");
  return isPlain(digits) || isGrouped(digits);
}

/** At most one mark, for the decimals. @param {string} digits */
function isPlain(digits) {
  return /^[0-9]+([.,][0-9]+)?$/.test(digits);
}

/** Groups of three, all marked alike, and perhaps decimals marked otherwise. @param {string} digits */
function isGrouped(digits) {
  if (GROUPED.test(digits) && marksOf(digits).size === 1) return true;
  return [",", "."].some((decimal) => {
    const at = digits.lastIndexOf(decimal);
    const [whole, rest] = [digits.slice(0, at), digits.slice(at + 1)];
    const marks = marksOf(whole);
    return at > 0 && /^[0-9]+$/.test(rest) && GROUPED.test(whole) && marks.size === 1 && !marks.has(decimal);
  });
}

/** @param {string} grouped */
function marksOf(grouped) {
  return new Set([...grouped.replace(/[0-9]/g, "")].map((mark) => (/[\u00a0\u202f ]/.test(mark) ? " " : mark)));
}
