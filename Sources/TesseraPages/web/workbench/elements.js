// Elements and numbers. Texts of users go in as text, never as markup.

const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : document.createTextNode(String(child)))));
  return made;
}

function button(words, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

function plural(count, word) {
  return `${whole.format(count)} ${word}${count === 1 ? "" : "s"}`;
}

// A reward to the digits that its error allows; three of them where there is none.
function digitsOf(error) {
  if (error === null || error === undefined || !(error > 0)) return 3;
  return Math.min(Math.max(1 - Math.floor(Math.log10(error)), 0), 6);
}

function shown(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  return value.toFixed(digits).replace("-", "\u2212");
}

function short(value) {
  if (value === null || value === undefined) return "–";
  return value === 0 ? "0" : String(Number(value.toPrecision(3))).replace("-", "\u2212");
}

function fileSize(bytes) {
  return bytes < 1e6 ? `${short(bytes / 1e3)} kB` : `${short(bytes / 1e6)} MB`;
}
