/** Safe HTML as plain words, for what can show no more: the lines of a list that drops down, an announcement. */

/** @param {string} html of the server @param {number} [most] characters @returns {string} a picture as its description */
export function plain(html, most = 120) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const image of template.content.querySelectorAll("img")) image.replaceWith(image.alt);
  const words = (template.content.textContent ?? "").replace(/\s+/g, " ").trim();
  return words.length > most ? `${words.slice(0, most - 1).trimEnd()}…` : words;
}
