// Areas of a picture, drawn with the mouse; the number fields say the same, and are what is sent.

const form = document.getElementById("item-form");
const preview = document.getElementById("preview");
const SVG = "http://www.w3.org/2000/svg";
let current = null; // the area that is drawn now, by its name
let from = null;

const drawing = () => document.getElementById("drawing");
const edits = () => [...form.querySelectorAll("[data-area]")];
const fieldsOf = (id) => [1, 2, 3, 4].map((number) => form.elements[`area_${id}_${number}`]).filter(Boolean);
const shapeOf = (id) => form.elements[`shape_${id}`].value;

/** The picture of the question, once the preview has it. */
function lay() {
  const board = drawing()?.querySelector(".drawing-board");
  const picture = preview.querySelector(".stem img, .as-stem img");
  if (!board) return;
  drawing().hidden = !picture;
  if (!picture) return;
  if (board.querySelector("img")?.src !== picture.src) {
    const copy = document.createElement("img");
    copy.src = picture.src;
    copy.alt = "";
    copy.draggable = false;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${picture.getAttribute("width")} ${picture.getAttribute("height")}`);
    board.replaceChildren(copy, svg);
  }
  draw();
}

function draw() {
  const svg = drawing()?.querySelector("svg");
  if (!svg) return;
  svg.replaceChildren(
    ...edits().flatMap((edit, at) => {
      const shape = element(edit.dataset.area);
      if (!shape) return [];
      shape.setAttribute("class", edit.dataset.area === current ? "drawn is-current" : "drawn");
      const box = shape.dataset;
      const letter = document.createElementNS(SVG, "text");
      letter.setAttribute("x", box.x);
      letter.setAttribute("y", box.y);
      letter.setAttribute("class", "hotspot-letter");
      letter.setAttribute("font-size", String(svg.viewBox.baseVal.width / 22));
      letter.textContent = String.fromCharCode(65 + at);
      return [shape, letter];
    }),
  );
}

function element(id) {
  const shape = shapeOf(id);
  if (shape === "poly") {
    const points = form.elements[`points_${id}`]?.value.trim().split(/[\s,]+/).map(Number) ?? [];
    if (points.length < 4 || points.some(Number.isNaN)) return null;
    return made("polygon", { points: points.join(" ") }, points[0], points[1]);
  }
  const numbers = fieldsOf(id).map((field) => (field.value.trim() ? Number(field.value) : NaN));
  if (!numbers.length || numbers.some(Number.isNaN)) return null;
  const [first, second, third, fourth] = numbers;
  if (shape === "circle") return made("circle", { cx: first, cy: second, r: third }, first, second);
  const size = { x: first, y: second, width: Math.max(0, third - first), height: Math.max(0, fourth - second) };
  return made("rect", size, (first + third) / 2, (second + fourth) / 2);
}

function made(name, attributes, x, y) {
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
  shape.dataset.x = String(x);
  shape.dataset.y = String(y);
  return shape;
}

function at(event) {
  const svg = drawing().querySelector("svg");
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const { width, height } = svg.viewBox.baseVal;
  const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
  return [within(point.x, width), within(point.y, height)];
}

function write(numbers) {
  fieldsOf(current).forEach((field, place) => {
    if (numbers[place] !== undefined) field.value = String(numbers[place]);
  });
  draw();
}

form.addEventListener("focusin", (event) => {
  const edit = event.target.closest("[data-area]");
  if (edit) {
    current = edit.dataset.area;
    draw();
  }
});
form.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".drawing-board")) return;
  event.preventDefault();
  current ??= edits()[0]?.dataset.area;
  if (!current) return;
  if (shapeOf(current) === "poly") {
    const points = form.elements[`points_${current}`];
    points.value = `${points.value.trim()} ${at(event).join(" ")}`.trim();
    points.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  from = at(event);
  event.target.setPointerCapture?.(event.pointerId);
});
form.addEventListener("pointermove", (event) => {
  if (!from) return;
  const [x, y] = at(event);
  if (shapeOf(current) === "circle") write([...from, Math.round(Math.hypot(x - from[0], y - from[1]))]);
  else write([Math.min(x, from[0]), Math.min(y, from[1]), Math.max(x, from[0]), Math.max(y, from[1])]);
});
form.addEventListener("pointerup", () => {
  if (!from) return;
  from = null;
  fieldsOf(current)[0]?.dispatchEvent(new Event("input", { bubbles: true }));
});
form.addEventListener("input", draw);
form.addEventListener("rows", lay);
preview.addEventListener("shown", lay);
lay();
