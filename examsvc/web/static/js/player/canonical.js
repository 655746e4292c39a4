/** The one text of a value, and SHA-256 over it: the same as the server's, to the byte. */

/**
 * Keys sorted, no spaces, text unescaped: what `examsvc.canonical` writes for the same value.
 * @param {unknown} value of objects, arrays, strings, booleans, null and whole numbers
 * @returns {string}
 */
export function canonicalJson(value) {
  return JSON.stringify(value, (_key, part) => (isRecord(part) ? sorted(part) : part));
}

/** @param {unknown} part @returns {part is Record<string, unknown>} */
function isRecord(part) {
  return part !== null && typeof part === "object" && !Array.isArray(part);
}

/** @param {Record<string, unknown>} record */
function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * @param {string} text
 * @returns {Promise<string | null>} 64 hexadecimal digits; null on plain http, where browsers offer no digest
 */
export async function sha256(text) {
  if (!globalThis.crypto?.subtle) return null;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A random UUID also on plain http in a LAN, where crypto.randomUUID is not offered. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** @param {string} text base64 @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** @param {Uint8Array} bytes @returns {string} base64 */
export function toBase64(bytes) {
  let signs = "";
  for (const byte of bytes) signs += String.fromCharCode(byte);
  return btoa(signs);
}
