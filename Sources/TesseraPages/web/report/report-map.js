// The map of contexts: points on a canvas, coloured by groups, weights or rewards, to be searched, pointed at and chosen.

const groupColours = ["#d1495b", "#2b7bba", "#2f9e5b", "#9a5fc9", "#c98a12", "#1fa3a3", "#d36bb0", "#7a8a2e", "#e0703a", "#5566d6"];
const viridis = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];

/** Names that stand beside points, where so few are seen. */
const mostNames = 30;

class ContextMap {
  constructor(figure, map, alternatives) {
    this.figure = figure;
    this.map = map;
    this.rows = alternatives;
    this.count = alternatives.length;
    // From 0 to 1 across the whole map; up is up.
    this.x = shares(map.x, false);
    this.y = shares(map.y, true);
    this.pixels = new Float32Array(2 * this.count);
    this.place = new Map(alternatives.map((row, i) => [row.id, i]));
    this.members = gathered(alternatives.map((row) => row.group));
    this.families = gathered(alternatives.map((row) => row.family));
    [this.chosen, this.found, this.pointed] = [new Set(), null, -1];
    [this.zoom, this.middle] = [1, { x: 0.5, y: 0.5 }];
    this.makeTools();
    this.colour = this.choice.value;
    this.paintColours();
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.paintColours(); this.draw(); });
    document.addEventListener("show-alternatives", (event) => this.choose(event.detail));
  }

  makeTools() {
    this.canvas = element("canvas", {
      className: "map", tabIndex: 0, role: "img",
      "aria-label": `Map of ${this.count} contexts. Arrow keys go from point to point, Enter chooses one, plus and minus zoom.`,
    });
    this.search = element("input", { type: "search", placeholder: "Search ids and texts", "aria-label": "Search the map" });
    this.choice = element("select", { "aria-label": "Colours of the map" });
    const option = (value, text) => this.choice.append(element("option", { value, textContent: text }));
    if (this.families.size > 0) option("families", "families");
    if (this.members.size > 0) option("groups", "groups of duplicates");
    const schemes = [...this.map.schemes.entries()];
    for (const [k, name] of schemes) {
      const [low, high] = rangeOf(this.map.weights[k]);
      // Equal weights, as those of the standard estimate, have one colour.
      if (high > 1.01 * low) option(`weights ${k}`, `weight: ${name}`);
    }
    for (const [k, name] of schemes) option(`rewards ${k}`, `reward: ${name}`);
    const button = (text, label, action) => {
      const made = element("button", { type: "button", textContent: text, "aria-label": label });
      made.addEventListener("click", action);
      return made;
    };
    this.status = element("span", { role: "status", className: "small quiet" });
    this.scale = element("span", { className: "small quiet" });
    this.tip = element("div", { className: "tip", hidden: true });
    const tools = element("div", { className: "row tools no-print" }, this.search, this.choice,
      button("+", "Zoom in", () => this.zoomBy(1.5)), button("−", "Zoom out", () => this.zoomBy(1 / 1.5)),
      button("Whole", "Show the whole map", () => { [this.zoom, this.middle] = [1, { x: 0.5, y: 0.5 }]; this.draw(); }),
      this.status);
    this.figure.querySelector(".plot").before(tools);
    this.figure.querySelector(".plot").append(element("div", { className: "canvas no-print" }, this.canvas, this.tip, this.scale));
    this.figure.classList.add("drawn");
    this.search.addEventListener("input", () => this.look());
    this.choice.addEventListener("change", () => { this.colour = this.choice.value; this.paintColours(); this.draw(); });
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    this.canvas.addEventListener("pointerleave", () => { this.drag = null; this.point(-1); });
    this.canvas.addEventListener("pointerdown", (event) => { this.drag = { x: event.offsetX, y: event.offsetY, far: false }; });
    this.canvas.addEventListener("pointerup", (event) => {
      if (this.drag && !this.drag.far) this.choosePoint(this.nearest(event.offsetX, event.offsetY));
      this.drag = null;
    });
    this.canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== this.canvas) return;
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
    }, { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  // Colours

  /** What decides a colour, as a list of colours of points. */
  paintColours() {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const quiet = isDark ? "#6d747c" : "#a3a8ae";
    const [kind, scheme] = this.colour.split(" ");
    if (kind === "groups" || kind === "families") {
      const known = kind === "groups" ? this.members : this.families;
      const number = new Map([...known.keys()].map((name, place) => [name, place]));
      this.paintEach(this.rows.map((row) => {
        const place = number.get(kind === "groups" ? row.group : row.family);
        return place === undefined ? quiet : groupColours[place % groupColours.length];
      }), quiet);
      this.scale.textContent = kind === "groups" ? "Grey points have no near-duplicate." : "Grey points are of no family.";
      return;
    }
    const own = this.map[kind][scheme];
    const values = kind === "weights" ? own.map((weight) => Math.log10(Math.max(weight * this.count, 0.01))) : own;
    const [low, high] = rangeOf(values);
    this.paintEach(values.map((value) => {
      if (value === null) return quiet;
      const share = high > low ? (value - low) / (high - low) : 0.5;
      return viridis[Math.round(share * (viridis.length - 1))];
    }), quiet);
    const text = (value) => Number(value.toPrecision(2));
    this.scale.textContent = kind === "weights"
      ? `Dark to bright: ${text(10 ** low)} to ${text(10 ** high)} equal shares.`
      : `Dark to bright: rewards from ${text(low)} to ${text(high)}.`;
  }

  /** Keeps a colour for each point, as pixels have it. */
  paintEach(colours, quiet) {
    this.paints = Uint32Array.from(colours, paintOf);
    this.isGrey = Uint8Array.from(colours, (colour) => (colour === quiet ? 1 : 0));
  }

  // Places

  resize() {
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    const density = window.devicePixelRatio || 1;
    if (width === 0) return;
    Object.assign(this.canvas, { width: Math.round(width * density), height: Math.round(height * density) });
    this.size = { width, height, density };
    this.draw();
  }

  draw() {
    if (!this.size || this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.paint(); });
  }

  paint() {
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    const { width, height, density } = this.size;
    const size = this.count > 5_000 ? 3 : this.count > 500 ? 5 : 7;
    const room = 14;
    const [wide, high] = [width - 2 * room, height - 2 * room];
    const seen = [];
    let isFew = true;
    for (let i = 0; i < this.count; i += 1) {
      const x = room + ((this.x[i] - this.middle.x) * this.zoom + 0.5) * wide;
      const y = room + ((this.y[i] - this.middle.y) * this.zoom + 0.5) * high;
      this.pixels[2 * i] = x;
      this.pixels[2 * i + 1] = y;
      if (!isFew || x < 0 || y < 0 || x > width || y > height || (this.found && !this.found.has(i))) continue;
      seen.push(i);
      isFew = seen.length <= mostNames;
    }
    const style = getComputedStyle(this.figure);
    this.paintDots(context, Math.max(Math.round(size * density), 1), style.getPropertyValue("--line").trim());
    context.setTransform(density, 0, 0, density, 0, 0);
    const ink = style.getPropertyValue("--ink");
    if (isFew) this.paintNames(context, seen, size, ink);
    context.lineWidth = 2;
    context.strokeStyle = ink;
    const ring = (i) => {
      context.beginPath();
      context.arc(this.pixels[2 * i], this.pixels[2 * i + 1], size + 3, 0, 2 * Math.PI);
      context.stroke();
    };
    for (const i of this.chosen) ring(i);
    if (this.pointed >= 0) ring(this.pointed);
  }

  /**
   * Points as squares of so many pixels, set one by one: 50,000 drawn as shapes take ten times as long. What is grey or not found lies
   * below the others.
   */
  paintDots(context, side, faint) {
    const { width, height } = this.canvas;
    if (this.image?.width !== width || this.image?.height !== height) this.image = context.createImageData(width, height);
    const dots = new Uint32Array(this.image.data.buffer);
    dots.fill(0);
    const pale = paintOf(faint);
    const { density } = this.size;
    for (const isAbove of [false, true]) {
      for (let i = 0; i < this.count; i += 1) {
        const isFaint = this.found !== null && !this.found.has(i);
        if ((this.isGrey[i] === 0 && !isFaint) !== isAbove) continue;
        const left = Math.round(this.pixels[2 * i] * density - side / 2);
        const top = Math.round(this.pixels[2 * i + 1] * density - side / 2);
        const right = Math.min(left + side, width);
        const bottom = Math.min(top + side, height);
        const paint = isFaint ? pale : this.paints[i];
        for (let y = Math.max(top, 0); y < bottom; y += 1) {
          for (let x = Math.max(left, 0); x < right; x += 1) dots[y * width + x] = paint;
        }
      }
    }
    context.putImageData(this.image, 0, 0);
  }

  /** Names beside points, on the side that is free; one that would lie on another, or on a point, is left out. */
  paintNames(context, points, size, ink) {
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = ink;
    context.textBaseline = "middle";
    const boxes = points.map((i) => [this.pixels[2 * i] - size / 2, this.pixels[2 * i + 1] - size / 2,
      this.pixels[2 * i] + size / 2, this.pixels[2 * i + 1] + size / 2]);
    for (const i of points) {
      const name = this.rows[i].id.length > 28 ? `${this.rows[i].id.slice(0, 27)}…` : this.rows[i].id;
      const wide = context.measureText(name).width;
      const [x, y] = [this.pixels[2 * i], this.pixels[2 * i + 1]];
      const isFree = (box) => box[0] >= 0 && box[2] <= this.size.width
        && !boxes.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
      const box = [x + size, x - size - wide].map((left) => [left, y - 7, left + wide, y + 7]).find(isFree);
      if (!box) continue;
      boxes.push(box);
      context.fillText(name, box[0], y);
    }
  }

  /** The nearest point within a finger's reach; -1 for none. */
  nearest(x, y) {
    let [best, least] = [-1, 18 * 18];
    for (let i = 0; i < this.count; i += 1) {
      const [dx, dy] = [this.pixels[2 * i] - x, this.pixels[2 * i + 1] - y];
      const distance = dx * dx + dy * dy;
      if (distance < least && !(this.found && !this.found.has(i))) [best, least] = [i, distance];
    }
    return best;
  }

  // What the reader does

  move(event) {
    if (this.drag) {
      const [dx, dy] = [event.offsetX - this.drag.x, event.offsetY - this.drag.y];
      if (!this.drag.far && dx * dx + dy * dy < 16) return;
      this.drag = { x: event.offsetX, y: event.offsetY, far: true };
      this.middle = {
        x: this.middle.x - dx / this.size.width / this.zoom, y: this.middle.y - dy / this.size.height / this.zoom,
      };
      this.draw();
      return;
    }
    this.point(this.nearest(event.offsetX, event.offsetY));
  }

  point(i) {
    if (i === this.pointed) return;
    this.pointed = i;
    this.tip.hidden = i < 0;
    this.draw();
    if (i < 0) return;
    const row = this.rows[i];
    const rewards = this.map.schemes.map((name, k) => {
      const reward = this.map.rewards[k][i];
      return reward === null ? null : `${name} ${reward.toFixed(2)}`;
    }).filter(Boolean).join(", ");
    const facts = [row.family && `family ${row.family}`, row.group ? `group ${row.group}, ${row.decision}` : "no near-duplicate"].filter(Boolean).join(", ");
    this.tip.replaceChildren(
      element("strong", { textContent: row.id }),
      element("div", { className: "small", textContent: `${facts}; rewards: ${rewards}` }),
      element("div", { className: "small", textContent: (row.text ?? "").slice(0, 240) }));
    const [x, y] = [this.pixels[2 * i], this.pixels[2 * i + 1]];
    this.tip.classList.toggle("left", x > this.size.width / 2);
    this.tip.style.translate = `${Math.round(x)}px ${Math.round(y)}px`;
  }

  zoomBy(factor, x = this.size.width / 2, y = this.size.height / 2) {
    const before = this.zoom;
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), 400);
    const shift = 1 / before - 1 / this.zoom;
    this.middle.x += (x / this.size.width - 0.5) * shift;
    this.middle.y += (y / this.size.height - 0.5) * shift;
    this.draw();
  }

  look() {
    const words = this.search.value.trim().toLowerCase();
    this.found = words === "" ? null : new Set(this.rows.flatMap((row, i) => (
      soughtIn(row).includes(words) ? [i] : [])));
    this.status.textContent = this.found ? `${this.found.size} found` : "";
    this.draw();
  }

  choosePoint(i) {
    if (i < 0) return;
    const row = this.rows[i];
    const members = row.group ? this.members.get(row.group).map((k) => this.rows[k].id) : [row.id];
    show([row.id, ...members.filter((id) => id !== row.id)]);
  }

  choose(ids) {
    this.chosen = new Set(ids.map((id) => this.place.get(id)).filter((i) => i !== undefined));
    this.status.textContent = `${this.chosen.size} shown`;
    this.draw();
    const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.figure.scrollIntoView({ block: "nearest", behavior: reduced ? "auto" : "smooth" });
  }

  key(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in ways) this.step(...ways[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.choosePoint(this.pointed);
    else if (event.key === "+" || event.key === "=") this.zoomBy(1.5);
    else if (event.key === "-") this.zoomBy(1 / 1.5);
    else if (event.key === "Escape") this.point(-1);
    else return;
    event.preventDefault();
  }

  /** To the nearest point in a direction. */
  step(dx, dy) {
    const from = this.pointed < 0 ? [this.size.width / 2, this.size.height / 2] : [this.pixels[2 * this.pointed], this.pixels[2 * this.pointed + 1]];
    let [best, least] = [-1, Infinity];
    for (let i = 0; i < this.count; i += 1) {
      if (i === this.pointed || (this.found && !this.found.has(i))) continue;
      const [x, y] = [this.pixels[2 * i] - from[0], this.pixels[2 * i + 1] - from[1]];
      const along = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (along <= 0 || aside > along) continue;
      if (along + aside < least) [best, least] = [i, along + aside];
    }
    if (best >= 0) this.point(best);
  }
}

/** "#rrggbb" as a pixel of an image: the bytes red, green, blue and an opacity of one, the first lowest. */
function paintOf(colour) {
  const number = parseInt(colour.slice(1), 16);
  return ((255 << 24) | ((number & 255) << 16) | (number & 0xff00) | (number >> 16)) >>> 0;
}

/** The least and the greatest number; what is not known is left out. */
function rangeOf(values) {
  return values.reduce(([a, b], v) => (v === null ? [a, b] : [Math.min(a, v), Math.max(b, v)]), [Infinity, -Infinity]);
}

/** Numbers as shares of their range; without a range, all in the middle. */
function shares(values, isTurned) {
  const [low, high] = rangeOf(values);
  return Float64Array.from(values, (value) => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return isTurned ? 1 - share : share;
  });
}

/** Places by what they have in common; those that have nothing are left out. */
function gathered(names) {
  const places = new Map();
  names.forEach((name, i) => {
    if (!name) return;
    if (places.has(name)) places.get(name).push(i); else places.set(name, [i]);
  });
  return places;
}

/** What a search looks into. */
function soughtIn(row) {
  row.sought ??= `${row.id} ${row.text ?? ""} ${row.model ?? ""} ${row.family ?? ""}`.toLowerCase();
  return row.sought;
}

/** Alternatives of the page's document, whose columns become rows. */
function alternativesOf(map) {
  const at = (column, i) => (map[column] ? map[column][i] : null);
  return map.ids.map((id, i) => ({
    id, text: at("texts", i), model: at("models", i), prompt: at("prompts", i), family: at("families", i),
    group: at("groups", i), distance: at("distances", i), ...map.members[i] ?? { decision: "keep", reason: "" },
  }));
}

const mapFigure = document.querySelector("figure[data-map]");
const mapDocument = documentOf("map");
if (mapFigure && mapDocument) {
  const alternatives = alternativesOf(mapDocument);
  new Members(mapFigure, alternatives);
  new ContextMap(mapFigure, mapDocument, alternatives);
}
