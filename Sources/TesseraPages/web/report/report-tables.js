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

/** Rows that are shown at first, as many as stand in the markup (fewer on a telephone), and those that a press on the button brings. */
const shownAtFirst = matchMedia("(max-width: 44rem)").matches ? 15 : 50;
const shownMore = 200;

/**
 * Rows are records: cells, numbers that they sort by, a kind, the alternatives that they are about. Those beyond the first stand in
 * a document of the page and become elements when they are seen, so that a page of thousands of rows is a small one.
 */
class ReportTable {
  constructor(table) {
    this.table = table;
    this.body = table.tBodies[0];
    const rows = [...this.body.rows];
    this.pattern = rows[0]?.cloneNode(true);
    this.records = [...rows.map(recordOfRow), ...(documentOf(`${table.id}-rows`) ?? []).map(recordOfList)];
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
    this.more = element("button", { type: "button" });
    this.more.addEventListener("click", () => { this.limit += shownMore; this.update(); });
    this.box.after(element("div", { className: "row tools after" }, this.status, this.more));
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
    const key = (record) => {
      const value = record.values[column];
      if (typeof value === "number") return value;
      const text = record.cells[column].trim();
      return value === "" || text === "" || text === "-" ? null : text;
    };
    const keyed = this.records.map((record) => [key(record), record]);
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      if (typeof a === "number" && typeof b === "number") return sign * (a - b);
      if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
      return sign * collator.compare(a, b);
    });
    this.records = keyed.map(([, record]) => record);
    this.update();
  }

  makeSearch() {
    const search = element("input", { type: "search", placeholder: "Search the rows", "aria-label": `Search in this table: ${this.name}` });
    search.addEventListener("input", () => { this.words = search.value.trim().toLowerCase(); this.update(); });
    this.tools.append(search);
    const kinds = [...new Set(this.records.map((record) => record.kind).filter(Boolean))];
    if (kinds.length === 0) return;
    const choice = element("select", { "aria-label": `Rows of this table: ${this.name}` }, element("option", { value: "", textContent: "all rows" }));
    for (const kind of kinds) choice.append(element("option", { value: kind, textContent: `${kind} only` }));
    choice.addEventListener("change", () => { this.kind = choice.value; this.update(); });
    this.tools.append(choice);
  }

  makeCopies() {
    const said = element("span", { role: "status", className: "small quiet" });
    for (const kind of ["keep", "drop", "review"]) {
      const ids = () => this.records.filter((record) => record.kind === kind).map((record) => record.about[0]);
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

  /** The row of a record, whose first cell shows on the map what it is about. */
  rowOf(record) {
    if (!record.row) {
      record.row = this.pattern.cloneNode(true);
      if (record.kind) record.row.dataset.kind = record.kind; else delete record.row.dataset.kind;
      if (record.about.length > 0) record.row.dataset.about = JSON.stringify(record.about); else delete record.row.dataset.about;
      record.cells.forEach((text, column) => {
        const cell = record.row.cells[column];
        cell.textContent = text;
        const value = record.values[column] ?? undefined;
        if (value === undefined) delete cell.dataset.value; else cell.dataset.value = String(value);
      });
    }
    if (record.about.length > 0 && !record.isReady && document.querySelector("[data-map]")) {
      const cell = record.row.querySelector("th") ?? record.row.cells[0];
      const button = element("button", { type: "button", className: "link", title: "Show on the map" }, ...cell.childNodes);
      button.addEventListener("click", () => show(record.about));
      cell.replaceChildren(button);
      record.isReady = true;
    }
    return record.row;
  }

  update() {
    const found = this.records.filter((record) => (this.kind === "" || record.kind === this.kind)
      && (this.words === "" || wordsOf(record).includes(this.words)));
    const seen = found.slice(0, this.limit);
    this.body.replaceChildren(...seen.map((record) => this.rowOf(record)));
    this.more.hidden = seen.length === found.length;
    this.more.textContent = `Show ${Math.min(shownMore, found.length - seen.length)} more`;
    const whole = this.records.length;
    this.status.textContent = seen.length === whole ? "" : `${seen.length} of ${found.length.toLocaleString("en")}${found.length < whole ? " found" : ""} rows`;
  }
}

const collator = new Intl.Collator("en", { numeric: true });

function recordOfRow(row) {
  const cells = [...row.cells];
  return {
    row, cells: cells.map((cell) => cell.textContent), kind: row.dataset.kind ?? "",
    values: cells.map(({ dataset: { value } }) => (value === undefined ? null : value === "" ? "" : Number(value))),
    about: row.dataset.about ? JSON.parse(row.dataset.about) : [],
  };
}

function recordOfList([cells, values, kind, about]) {
  return { row: null, cells, values, kind, about };
}

/** What a search looks into. */
function wordsOf(record) {
  record.words ??= record.cells.join(" ").toLowerCase();
  return record.words;
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
