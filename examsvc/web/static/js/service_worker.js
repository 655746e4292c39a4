/** Answers for the server while it is silent: the sitting's page and its parts, as the page itself has kept them. */

/** @type {any} the worker's own scope, whose types contradict a page's */
const worker = self;

const LIMIT_MS = 4_000;
const PAGE = /^\/sittings\/\d+$/;
const SHELL = /^\/shell\//; // such an address names its content, which therefore never changes
const NEVER = /^\/(api|live)\//;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const request = /** @type {Request} */ (event.request);
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || NEVER.test(pathname)) return;
  if (SHELL.test(pathname)) event.respondWith(keptFirst(request));
  else if (request.mode !== "navigate" || PAGE.test(pathname)) event.respondWith(networkFirst(request));
});

/** @param {Request} request @returns {Promise<Response | undefined>} one address, one answer, whatever asks for it */
function find(request) {
  return caches.match(request.url, { ignoreVary: true });
}

/** @param {Request} request */
async function keptFirst(request) {
  return (await find(request)) ?? fetch(request);
}

/**
 * What is kept stands in only where the server is not reached, is too slow, or has no answer of its own.
 * @param {Request} request
 */
async function networkFirst(request) {
  const kept = await find(request);
  if (!kept) return fetch(request);
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), LIMIT_MS);
  try {
    const response = await fetch(request, { signal: control.signal });
    return response.status >= 500 ? kept : response;
  } catch {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}
