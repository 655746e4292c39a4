/** The page itself, kept for a reload while offline; the service worker hands out what is kept here. */

const NEVER = /^\/(api|live)\//; // what the server says of a sitting is asked for anew, always

/** @param {number | string} sitting @returns {string} what the cache of its page is called */
export function shellName(sitting) {
  return `examsvc-sitting-${sitting}`;
}

export class Shell {
  /**
   * @param {object} config
   * @param {number} config.sitting
   * @param {string} config.page the sitting's address
   * @param {boolean} config.storage whether the rules let anything stay on this machine
   * @param {string} [config.worker] the service worker's address
   * @param {string[]} [config.shell] scripts and styles, by addresses that name their content
   */
  constructor({ sitting, page, storage, worker, shell = [] }) {
    this.name = shellName(sitting);
    this.page = page;
    this.worker = worker;
    this.files = shell;
    this.can = storage && Boolean(navigator.serviceWorker) && "caches" in globalThis;
  }

  /** Keep the page with all it is made of: first the parts, so that a kept page is never without them. */
  async keep() {
    if (!this.can || !this.worker) return;
    try {
      await navigator.serviceWorker.register(this.worker, { scope: new URL(".", new URL(this.page, location.href)).pathname });
      const cache = await caches.open(this.name);
      await cache.addAll([...new Set([...this.files, ...loaded()].map(absolute))]);
      const page = await fetch(this.page, { cache: "no-store", credentials: "same-origin" });
      const isPlayer = (await page.clone().text()).includes('data-view="player"'); // after the end it is the receipt
      if (!page.ok || page.redirected || !isPlayer) return;
      await cache.put(this.page, page);
      document.documentElement.dataset.kept = "true"; // for a technician, or a test, who wants to know
    } catch (error) {
      console.warn("the page is not kept for a reload", error);
    }
  }

  /** Keep the pictures of the items. @param {Iterable<HTMLImageElement>} images */
  async keepImages(images) {
    if (!this.can) return;
    const addresses = [...images].map((image) => image.src).filter(isKeepable);
    try {
      await (await caches.open(this.name)).addAll([...new Set(addresses)]);
    } catch (error) {
      console.warn("a picture is not kept for a reload", error);
    }
  }

  async forget() {
    if (this.can) await caches.delete(this.name);
  }
}

/** What the browser has loaded for this page so far, and its icon. */
function loaded() {
  const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="icon"]'));
  const addresses = performance.getEntriesByType("resource").map((entry) => entry.name);
  return [...addresses, ...(icon ? [icon.href] : [])].filter(isKeepable);
}

/** @param {string} address */
function absolute(address) {
  return new URL(address, location.href).href;
}

/** @param {string} address */
function isKeepable(address) {
  const url = new URL(absolute(address));
  return url.origin === location.origin && !NEVER.test(url.pathname) && !url.pathname.startsWith("/sittings/");
}
