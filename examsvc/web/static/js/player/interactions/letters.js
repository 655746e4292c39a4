/** What options are called on the screen, in the order in which they stand there. */

/** @param {number} at from 0 @returns {string} */
export function letterOf(at) {
  return at < 26 ? String.fromCharCode(65 + at) : String(at + 1);
}
