// What the reader does with a table: sort it by a column, look for rows, copy a list out of it, show its alternatives elsewhere.

/** An element with properties and children; texts are texts. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "list") made[name] = value; else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A document that the page carries; null without one. */
function documentOf(id) {
  const text = document.getElementById(id)?.textContent;
  return text ? JSON.parse(text) : null;
}

/** Alternatives that the reader asked to see. */
function show(ids) {
  document.dispatchEvent(new CustomEvent("show-alternatives", { detail: ids }));
}

const shownAtFirst = 50;

class ReportTable {
  constructor(table) {
    this.table = table;
    this.body = table.tBodies[0];
    this.rows = [...this.body.rows];
    this.kind = "";
    this.words = "";
    this.limit = shownAtFirst;
    this.name = table.id.replace("table-", "");
    this.box = table.closest(".scroll");
    this.tools = element("div", { className: "row tools" });
    this.box.before(this.tools);
    if ("sorted" in table.dataset) this.makeHeaders();
    if ("searched" in table.dataset) this.makeSearch();
    if (table.id === "table-duplicates") this.makeCopies();
    this.status = element("p", { className: "small quiet", role: "status" });
    this.more = element("button", { type: "button", textContent: "Show all rows" });
    this.more.addEventListener("click", () => { this.limit = Infinity; this.update(); });
    this.box.after(element("div", { className: "row tools" }, this.status, this.more));
    this.update();
  }

  makeHeaders() {
    const headers = [...this.table.tHead.rows[0].cells];
    headers.forEach((header, column) => {
      const button = element("button", { type: "button", className: "sort" }, ...header.childNodes);
      header.replaceChildren(button);
      button.addEventListener("click", () => {
        const isUp = header.getAttribute("aria-sort") !== "ascending";
        headers.forEach((other) => other.removeAttribute("aria-sort"));
        header.setAttribute("aria-sort", isUp ? "ascending" : "descending");
        this.sort(column, isUp ? 1 : -1);
      });
    });
  }

  /** Numbers before texts; what is not there comes last, whichever way. */
  sort(column, sign) {
    const key = (row) => {
      const cell = row.cells[column];
      if (cell.dataset.value !== undefined) return cell.dataset.value === "" ? null : Number(cell.dataset.value);
      const text = cell.textContent.trim();
      return text === "" || text === "-" ? null : text;
    };
    const keyed = this.rows.map((row) => [key(row), row]);
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      if (typeof a === "number" && typeof b === "number") return sign * (a - b);
      if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
      return sign * a.localeCompare(b, "en", { numeric: true });
    });
    this.rows = keyed.map(([, row]) => row);
    this.body.append(...this.rows);
    this.update();
  }

  makeSearch() {
    const search = element("input", { type: "search", placeholder: "Search", "aria-label": `Search in this table: ${this.name}` });
    search.addEventListener("input", () => { this.words = search.value.trim().toLowerCase(); this.update(); });
    this.tools.append(search);
    const kinds = [...new Set(this.rows.map((row) => row.dataset.kind).filter(Boolean))];
    if (kinds.length === 0) return;
    const choice = element("select", { "aria-label": `Rows of this table: ${this.name}` }, element("option", { value: "", textContent: "all rows" }));
    for (const kind of kinds) choice.append(element("option", { value: kind, textContent: `${kind} only` }));
    choice.addEventListener("change", () => { this.kind = choice.value; this.update(); });
    this.tools.append(choice);
  }

  makeCopies() {
    const said = element("span", { role: "status", className: "small quiet" });
    for (const kind of ["keep", "drop", "review"]) {
      const ids = () => this.rows.filter((row) => row.dataset.kind === kind).map((row) => JSON.parse(row.dataset.about)[0]);
      if (ids().length === 0) continue;
      const button = element("button", { type: "button", textContent: `Copy ids to ${kind}`, id: `copy-${kind}` });
      button.addEventListener("click", async () => {
        const list = ids();
        const isCopied = await copy(list.join("\n") + "\n");
        said.textContent = isCopied ? `${list.length} ids copied, one a line.` : "The browser refuses to copy.";
      });
      this.tools.append(button);
    }
    this.tools.append(said);
  }

  /** A button for what a row is about. */
  makeButton(row) {
    if (!row.dataset.about || row.dataset.ready || !document.querySelector("[data-map]")) return;
    row.dataset.ready = "";
    const cell = row.querySelector("th") ?? row.cells[0];
    const button = element("button", { type: "button", className: "link", title: "Show on the map" }, ...cell.childNodes);
    button.addEventListener("click", () => show(JSON.parse(row.dataset.about)));
    cell.replaceChildren(button);
  }

  update() {
    let [found, seen] = [0, 0];
    for (const row of this.rows) {
      const isFound = (this.kind === "" || row.dataset.kind === this.kind)
        && (this.words === "" || row.textContent.toLowerCase().includes(this.words));
      if (isFound) found += 1;
      row.hidden = !isFound || found > this.limit;
      if (!row.hidden) { seen += 1; this.makeButton(row); }
    }
    this.more.hidden = seen === found;
    this.status.textContent = seen === this.rows.length ? "" : `${seen} of ${this.rows.length} rows`;
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages from a file have no clipboard in some browsers.
    const area = element("textarea", { value: text, className: "heard" });
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}

for (const table of document.querySelectorAll("table[data-sorted], table[data-searched]")) new ReportTable(table);
