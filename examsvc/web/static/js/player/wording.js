/** In which language an item is read: the Vietnamese wording is the official one, an English one may stand beside it. */

/** @typedef {import("./item.js").Item} Item */
/** @typedef {"vi" | "en"} Language */

/** @param {Item} item @param {Language} language @returns {Item} with the words of this language, as far as there are any */
export function wordedIn(item, language) {
  const { english } = item;
  if (language !== "en" || !english) return item;
  return {
    ...item,
    lang: "en",
    stem: english.stem || item.stem,
    options: item.options.map((option) => ({ ...option, content: english.options?.[option.id] ?? option.content })),
    places: item.places?.map((place) => ({ ...place, content: english.places?.[place.id] ?? place.content })),
  };
}

/** The language to begin with. @param {Item} item @param {string} page the page's own @returns {Language} */
export function firstLanguage(item, page) {
  return page === "en" && item.english ? "en" : "vi";
}
