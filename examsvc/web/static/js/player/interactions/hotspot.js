/** Parts of a picture that are chosen: on the picture itself, or by name in the list below it. */

import { clone } from "../dom.js";
import { letterOf } from "./letters.js";
import { plain } from "./plain.js";
import { Some } from "./some.js";

/** @typedef {import("./registry.js").Parts} Parts */
/** @typedef {import("../item.js").Area} Area */

const SVG = "http://www.w3.org/2000/svg";
const LETTERS_ACROSS = 22; // how many of the letters that name the areas would fill the picture's width
/** @type {Area} */
const NOWHERE = { shape: "rect", coords: [0, 0, 0, 0] };

export class Hotspot extends Some {
  /** @type {any[]} one for each place */
  #rows = [];
  /** @type {SVGElement[]} one for each place; none where there is no picture */
  #areas = [];

  /** @param {Parts} parts */
  constructor(parts) {
    super(parts, parts.item.places ?? []);
    this.places = parts.item.places ?? [];
  }

  /** @param {HTMLElement} stem @returns {HTMLElement} @override */
  render(stem) {
    const element = clone("hotspot-template");
    element.setAttribute("aria-describedby", stem.id);
    this.#rows = this.places.map((place, at) => this.#row(place, at));
    element.querySelector(".options").append(...this.#rows);
    element.append(this.line);
    const picture = stem.querySelector("img");
    if (picture) this.#cover(picture);
    this.show();
    return element;
  }

  /** @param {boolean} locked @override */
  lock(locked) {
    for (const row of this.#rows) row.querySelector("input").disabled = locked;
    for (const area of this.#areas) area.setAttribute("aria-disabled", String(locked));
    super.lock(locked);
  }

  /** @param {number} place @override */
  controlOf(place) {
    return this.#rows[place].querySelector("input");
  }

  /** @param {{id: string, content: string}} place @param {number} at */
  #row(place, at) {
    const row = clone("hotspot-row-template");
    const input = row.querySelector("input");
    input.value = place.id;
    input.addEventListener("change", () => this.toggle(place.id));
    row.querySelector(".letter").textContent = letterOf(at);
    row.querySelector(".content").innerHTML = place.content;
    row.querySelector(".content").lang = this.item.lang ?? "vi";
    return row;
  }

  /** Lay the areas over the picture, in its own pixels whatever its size on the screen. @param {HTMLImageElement} picture */
  #cover(picture) {
    const frame = document.createElement("span");
    frame.className = "hotspot-frame";
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "hotspot-areas");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", this.say("hotspot.picture"));
    picture.replaceWith(frame);
    frame.append(picture, svg);
    const fit = () => {
      const width = Number(picture.getAttribute("width")) || picture.naturalWidth;
      const height = Number(picture.getAttribute("height")) || picture.naturalHeight;
      if (width && height) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("font-size", String(width / LETTERS_ACROSS));
    };
    fit();
    picture.addEventListener("load", fit);
    this.#areas = this.places.map((place, at) => this.#area(place, at, svg));
  }

  /** @param {import("../item.js").Place} place @param {number} at @param {SVGElement} svg @returns {SVGElement} */
  #area(place, at, svg) {
    const shape = shapeOf(place.area ?? NOWHERE);
    shape.setAttribute("class", "hotspot-area");
    shape.setAttribute("role", "checkbox");
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("aria-label", `${letterOf(at)}. ${plain(place.content)}`);
    shape.addEventListener("click", () => this.toggle(place.id));
    shape.addEventListener("keydown", (event) => {
      if (![" ", "Enter"].includes(event.key)) return;
      event.preventDefault();
      this.toggle(place.id);
    });
    svg.append(shape, letterAt(place.area ?? NOWHERE, letterOf(at)));
    return shape;
  }

  /** @override */
  show() {
    super.show();
    this.places.forEach(({ id }, at) => {
      if (this.#rows[at]) this.#rows[at].querySelector("input").checked = this.chosen.has(id);
      this.#areas[at]?.setAttribute("aria-checked", String(this.chosen.has(id)));
    });
  }
}

/** @param {Area} area @returns {SVGElement} */
function shapeOf({ shape, coords }) {
  const [first, second, third, fourth] = coords;
  if (shape === "circle") return svgElement("circle", { cx: first, cy: second, r: third });
  if (shape === "poly") return svgElement("polygon", { points: coords.join(" ") });
  return svgElement("rect", { x: first, y: second, width: third - first, height: fourth - second });
}

/** The letter that the list below the picture has for it, in its middle. @param {Area} area @param {string} letter @returns {SVGElement} */
function letterAt({ shape, coords }, letter) {
  const pairs = shape === "circle" ? coords.slice(0, 2) : coords;
  const middle = (/** @type {number} */ axis) => {
    const along = pairs.filter((_value, at) => at % 2 === axis);
    return along.reduce((sum, one) => sum + one, 0) / along.length;
  };
  const text = svgElement("text", { x: middle(0), y: middle(1), class: "hotspot-letter", "aria-hidden": "true" });
  text.textContent = letter;
  return text;
}

/** @param {string} name @param {Record<string, unknown>} attributes @returns {SVGElement} */
function svgElement(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return /** @type {SVGElement} */ (element);
}
