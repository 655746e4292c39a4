/** A list of all items to go to: beside the item and before handing in. */

export class ItemList {
  /**
   * @param {HTMLElement} place
   * @param {import("./paper.js").Paper} paper filled
   */
  constructor(place, paper) {
    this.paper = paper;
    /** @type {any[]} */
    this.buttons = paper.views.map((_view, index) => this.#button(index));
    place.replaceChildren(...this.buttons.flatMap((button, index) => this.#lines(button, index)));
  }

  refresh() {
    this.buttons.forEach((button, index) => this.#refresh(button, index));
  }

  /** @param {HTMLElement} button @param {number} index @returns {HTMLElement[]} its place, under the section's name */
  #lines(button, index) {
    const { route, say } = this.paper;
    const place = document.createElement("li");
    place.append(button);
    const number = route.sectionOf(index);
    if (route.sections.length < 2 || route.firstOf(number) !== index) return [place];
    const heading = document.createElement("li");
    heading.className = "jump-section";
    heading.textContent = say("section.short", { number, name: route.nameOf(number) });
    return [heading, place];
  }

  /** @param {number} index */
  #button(index) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jump";
    button.dataset.jump = String(index);
    button.innerHTML =
      '<span class="jump-number"></span><svg class="icon" aria-hidden="true"><use></use></svg>' +
      '<svg class="icon jump-flag" aria-hidden="true" hidden><use href="#i-flag"></use></svg>' +
      '<span class="jump-words"></span>';
    const number = /** @type {HTMLElement} */ (button.querySelector(".jump-number"));
    number.textContent = String(this.paper.views[index].item.number);
    return button;
  }

  /** @param {any} button @param {number} index */
  #refresh(button, index) {
    const { views, seen, route, say } = this.paper;
    const { item, state, isElsewhere } = views[index];
    const sign = state.response !== null ? "responded" : seen.has(item.item_id) ? "seen" : "unseen";
    const closed = route.closed(index, this.paper.index);
    const words = [say(`item.${isElsewhere && sign === "seen" ? "elsewhere" : sign}`)];
    if (state.flagged) words.push(say("item.flagged"));
    if (state.note) words.push(say("item.noted"));
    const spoken = closed ? [...words, say("item.closed")] : words;
    button.dataset.state = sign;
    button.dataset.closed = closed ?? "";
    button.setAttribute("aria-disabled", String(closed !== null));
    button.title = closed ? say(`move.${closed}`) : "";
    button.querySelector("use").setAttribute("href", { responded: "#i-check", seen: "#i-dash", unseen: "#i-ring" }[sign]);
    button.querySelector(".jump-flag").toggleAttribute("hidden", !state.flagged);
    button.querySelector(".jump-words").textContent = words.join(", ");
    button.setAttribute("aria-label", say("item.label", { number: item.number, state: spoken.join(", ") }));
    if (index === this.paper.index) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
