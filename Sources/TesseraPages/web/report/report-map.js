// The map of contexts: points on a canvas, coloured by groups, weights or rewards, to be searched, pointed at and chosen.

const groupColours = ["#d1495b", "#2b7bba", "#2f9e5b", "#9a5fc9", "#c98a12", "#1fa3a3", "#d36bb0", "#7a8a2e", "#e0703a", "#5566d6"];
const viridis = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];

class ContextMap {
  constructor(figure, audit, rows) {
    this.figure = figure;
    this.rows = rows;
    this.points = audit.rewards;
    this.schemes = audit.schemes.map((scheme) => scheme.name);
    const xs = this.points.map((point) => point.plane[0]);
    const ys = this.points.map((point) => point.plane[1]);
    const bounds = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
    this.bounds = { x: bounds(xs), y: bounds(ys) };
    this.place = new Map(this.points.map((point, i) => [point.id, i]));
    this.members = new Map();
    rows.forEach((row, i) => { if (row.group) this.members.set(row.group, [...this.members.get(row.group) ?? [], i]); });
    [this.chosen, this.found, this.pointed] = [new Set(), null, -1];
    [this.zoom, this.middle] = [1, { x: 0.5, y: 0.5 }];
    this.makeTools();
    this.colour = this.members.size > 0 ? "groups" : `weight ${this.schemes.at(this.schemes.length > 1 ? 1 : 0)}`;
    this.choice.value = this.colour;
    this.paintColours();
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.paintColours(); this.draw(); });
    document.addEventListener("show-alternatives", (event) => this.choose(event.detail));
  }

  makeTools() {
    this.canvas = element("canvas", {
      className: "map", tabIndex: 0, role: "img",
      "aria-label": `Map of ${this.points.length} contexts. Arrow keys go from point to point, Enter chooses one, plus and minus zoom.`,
    });
    this.search = element("input", { type: "search", placeholder: "Search ids and texts", "aria-label": "Search the map" });
    this.choice = element("select", { "aria-label": "Colours of the map" });
    const option = (value, text) => this.choice.append(element("option", { value, textContent: text }));
    if (this.members.size > 0) option("groups", "groups of duplicates");
    for (const name of this.schemes) option(`weight ${name}`, `weight: ${name}`);
    for (const name of this.schemes) option(`reward ${name}`, `reward: ${name}`);
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
    const [kind, ...rest] = this.colour.split(" ");
    const name = rest.join(" ");
    if (kind === "groups") {
      this.colours = this.rows.map((row) => (row.group ? groupColours[(row.group - 1) % groupColours.length] : quiet));
      this.scale.textContent = "Grey points have no near-duplicate.";
      return;
    }
    const m = this.points.length;
    const values = this.points.map((point) => {
      const own = point[name];
      return kind === "weight" ? Math.log10(Math.max(own.weight * m, 0.01)) : own.reward;
    });
    const known = values.filter((value) => value !== null);
    const [low, high] = known.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    this.colours = values.map((value) => {
      if (value === null) return quiet;
      const share = high > low ? (value - low) / (high - low) : 0.5;
      return viridis[Math.round(share * (viridis.length - 1))];
    });
    const text = (value) => Number(value.toPrecision(2));
    this.scale.textContent = kind === "weight"
      ? `Dark to bright: ${text(10 ** low)} to ${text(10 ** high)} equal shares.`
      : `Dark to bright: rewards from ${text(low)} to ${text(high)}.`;
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

  /** Pixels of a point. */
  pixel(i) {
    const [x, y] = this.points[i].plane;
    const share = (v, [low, high]) => (high > low ? (v - low) / (high - low) : 0.5);
    const { width, height } = this.size;
    const room = 14;
    return [
      room + ((share(x, this.bounds.x) - this.middle.x) * this.zoom + 0.5) * (width - 2 * room),
      room + ((1 - share(y, this.bounds.y) - this.middle.y) * this.zoom + 0.5) * (height - 2 * room),
    ];
  }

  draw() {
    if (!this.size || this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.paint(); });
  }

  paint() {
    const context = this.canvas.getContext("2d");
    const { width, height, density } = this.size;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    const size = this.points.length > 5_000 ? 3 : this.points.length > 500 ? 5 : 7;
    // One path for each colour: changes of colour cost more than points.
    const buckets = new Map();
    this.pixels = new Float32Array(2 * this.points.length);
    for (let i = 0; i < this.points.length; i += 1) {
      const [x, y] = this.pixel(i);
      this.pixels[2 * i] = x;
      this.pixels[2 * i + 1] = y;
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const isQuiet = this.found && !this.found.has(i);
      const colour = isQuiet ? "faint" : this.colours[i];
      if (!buckets.has(colour)) buckets.set(colour, []);
      buckets.get(colour).push(i);
    }
    const style = getComputedStyle(this.figure);
    const order = [...buckets].sort(([, a], [, b]) => b.length - a.length);
    for (const [colour, points] of order) {
      context.fillStyle = colour === "faint" ? style.getPropertyValue("--line") : colour;
      for (const i of points) {
        context.fillRect(this.pixels[2 * i] - size / 2, this.pixels[2 * i + 1] - size / 2, size, size);
      }
    }
    context.lineWidth = 2;
    context.strokeStyle = style.getPropertyValue("--ink");
    const ring = (i) => {
      context.beginPath();
      context.arc(this.pixels[2 * i], this.pixels[2 * i + 1], size + 3, 0, 2 * Math.PI);
      context.stroke();
    };
    for (const i of this.chosen) ring(i);
    if (this.pointed >= 0) ring(this.pointed);
  }

  /** The nearest point within a finger's reach; -1 for none. */
  nearest(x, y) {
    let [best, least] = [-1, 18 * 18];
    for (let i = 0; i < this.points.length; i += 1) {
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
    const rewards = this.schemes.map((name) => {
      const own = this.points[i][name];
      return own.reward === null ? null : `${name} ${own.reward.toFixed(2)}`;
    }).filter(Boolean).join(", ");
    this.tip.replaceChildren(
      element("strong", { textContent: row.id }),
      element("div", { className: "small", textContent: `${row.group ? `group ${row.group}, ${row.decision}` : "no near-duplicate"}; rewards: ${rewards}` }),
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
      `${row.id} ${row.text ?? ""} ${row.model ?? ""}`.toLowerCase().includes(words) ? [i] : [])));
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
    for (let i = 0; i < this.points.length; i += 1) {
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

const mapFigure = document.querySelector("figure[data-map]");
const auditDocument = documentOf("audit");
const duplicatesDocument = documentOf("duplicates");
if (mapFigure && auditDocument && duplicatesDocument) {
  new Members(mapFigure, duplicatesDocument.rows);
  new ContextMap(mapFigure, auditDocument, duplicatesDocument.rows);
}
