'use strict';
// Elements, and what they have in common.

const byId = (id) => document.getElementById(id);

const setAttributes = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
  return element;
};

const svg = (name, attributes = {}, ...children) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  element.append(...children);
  return setAttributes(element, attributes);
};

const html = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  element.append(...children);
  return setAttributes(element, attributes);
};

/** As many children as there are things: those that are there stay, so that one of them keeps the focus. */
const keep = (parent, count, make) => {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(make(parent.children.length));
  return [...parent.children];
};

/** Answers of one family have one hue; letters that follow each other differ. */
const setHue = (element, id) => {
  const letters = originalOf(id);
  const place = letters.length * 26 + letters.charCodeAt(letters.length - 1);
  element.style.setProperty('--hue', String(Math.round((place * 137.508 + 340) % 360)));
};

const decimals = (x, digits = 3) => x.toFixed(digits).replace('-', '\u2212');
const signed = (x, digits = 3) => (Number(x.toFixed(digits)) > 0 ? '+' : '') + decimals(x, digits).replace(/^\u2212(0\.0*)$/, '$1');

/** The directions of the arrow keys, y upwards. */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * Lets the handles of a drawing be dragged. pick(x, y, isTouch) names what lies at a place of the drawing, or null; then
 * come grab(what), drag(what, x, y) for each movement, and drop(what).
 */
const makeDraggable = (drawing, { pick, grab, drag, drop }) => {
  let held = null;
  const place = (event) => {
    const frame = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / frame.width;
    return [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
  };
  drawing.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || held) return;
    const [x, y] = place(event);
    const found = pick(x, y, event.pointerType !== 'mouse');
    if (!found) return;
    event.preventDefault();
    held = { what: found.what, pointer: event.pointerId, dx: found.x - x, dy: found.y - y };
    drawing.setPointerCapture(event.pointerId);
    grab(held.what);
  });
  drawing.addEventListener('pointermove', (event) => {
    if (held?.pointer !== event.pointerId) return;
    const [x, y] = place(event);
    drag(held.what, x + held.dx, y + held.dy);
  });
  const end = (event) => {
    if (held?.pointer !== event.pointerId) return;
    const { what } = held;
    held = null;
    drop(what);
  };
  drawing.addEventListener('pointerup', end);
  drawing.addEventListener('pointercancel', end);
};
