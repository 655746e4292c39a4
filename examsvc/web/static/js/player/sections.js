/** Where one may go on the form: the rules of navigation, and which rule closes a way. */

/** @typedef {"free" | "forward" | "section"} Navigation */
/** @typedef {{ordinal: number, name?: string, name_vi?: string, name_en?: string, limit_s: number | null, n_items: number}} Section */
/** @typedef {"behind" | "ahead" | "section_over" | "section_ahead"} Closed why an item cannot be shown */

export class Route {
  /**
   * @param {object} parts
   * @param {{section?: number}[]} parts.items in the order of the form
   * @param {Section[]} [parts.sections] none for a form that is one piece
   * @param {Navigation} [parts.navigation]
   * @param {number} [parts.section] the current one, from 1
   */
  constructor({ items, sections = [], navigation = "free", section = 1 }) {
    this.items = items;
    this.sections = sections;
    this.navigation = navigation;
    this.section = section;
  }

  /** Whether sections are sat one after the other, with no way back. */
  get isWalled() {
    const isTimed = this.sections.every((section) => section.limit_s !== null);
    return this.sections.length > 1 && (isTimed || this.navigation === "section");
  }

  get isForward() {
    return this.navigation === "forward";
  }

  get isLastSection() {
    return this.section >= this.sections.length;
  }

  /** @param {number} index */
  sectionOf(index) {
    return this.items[index]?.section ?? 1;
  }

  /**
   * @param {number} index where one wants to go
   * @param {number} here where one is
   * @returns {Closed | null} null: the way is open
   */
  closed(index, here) {
    if (index === here) return null;
    if (this.isWalled) {
      if (this.sectionOf(index) < this.section) return "section_over";
      if (this.sectionOf(index) > this.section) return "section_ahead";
    }
    if (!this.isForward) return null;
    return index < here ? "behind" : index > here + 1 ? "ahead" : null;
  }

  /** @param {number} index @returns {boolean} whether the next item stands behind a wall */
  isLastOfSection(index) {
    return this.isWalled && index + 1 < this.items.length && this.sectionOf(index + 1) !== this.sectionOf(index);
  }

  /** @param {number} section @returns {number} the index of its first item */
  firstOf(section) {
    return Math.max(0, this.items.findIndex((_item, index) => this.sectionOf(index) === section));
  }

  /** @param {string} language */
  nameOf(/** @type {number} */ ordinal, language = document.documentElement.lang) {
    const section = this.sections.find((one) => one.ordinal === ordinal);
    return section?.name ?? (language === "vi" ? section?.name_vi : section?.name_en) ?? "";
  }
}
