/** Waiting: for a while, for about a while, for the queue. */

/** @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {number} ms somewhat earlier or later, so that players do not march in step */
export function jittered(ms) {
  return ms * (0.85 + 0.3 * Math.random());
}

/** @param {import("./queue.js").EventQueue} queue @returns {Promise<void>} when the server has everything */
export function drained(queue) {
  return new Promise((resolve) => {
    const look = () => {
      if (queue.pending) return;
      queue.removeEventListener("change", look);
      resolve();
    };
    queue.addEventListener("change", look);
    look();
  });
}
