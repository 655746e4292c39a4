/** Finding and copying what stands in the page. */

/** @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/** @param {string} name @returns {any} the button of an act */
export function act(name) {
  return document.querySelector(`[data-act="${name}"]`);
}

/** @param {string} id of a template @returns {any} */
export function clone(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}
