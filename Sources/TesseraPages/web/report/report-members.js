// Alternatives side by side, with the words marked in which each differs from the first.

const mostMembers = 8;

class Members {
  constructor(place, alternatives) {
    this.alternatives = new Map(alternatives.map((row) => [row.id, row]));
    this.title = element("h3", { textContent: "Side by side" });
    this.hint = element("p", {
      className: "small quiet", textContent: "Choose a point of the map, or a row of a table: its near-duplicates stand here.",
    });
    this.cards = element("div", { className: "members" });
    this.box = element("div", { id: "members", tabIndex: -1 }, this.title, this.hint, this.cards);
    place.append(this.box);
    document.addEventListener("show-alternatives", (event) => this.show(event.detail));
  }

  show(ids) {
    const rows = ids.map((id) => this.alternatives.get(id)).filter(Boolean);
    const shown = rows.slice(0, mostMembers);
    this.cards.replaceChildren(...shown.map((row) => this.card(row, shown[0])));
    const rest = rows.length - shown.length;
    this.hint.textContent = rows.length < 2
      ? "One alternative, with no near-duplicate."
      : `${rows.length} alternatives; marked is what differs from the first.${rest > 0 ? ` ${rest} more are not shown.` : ""}`;
  }

  card(row, first) {
    const facts = [row.model, row.prompt && `prompt ${row.prompt}`, row.distance !== null && `distance ${Number(row.distance.toPrecision(3))}`]
      .filter(Boolean).join(" · ");
    const text = element("p", { className: "text" });
    if (row.text === null) text.append("No text is known.");
    else if (row === first) text.append(row.text);
    else {
      for (const [part, differs] of differencesOf(row.text, first.text ?? "")) {
        text.append(differs ? element("mark", { textContent: part }) : part);
      }
    }
    return element("article", { className: "card" },
      element("h4", {}, row.id, " ", element("span", { className: `badge ${row.decision}`, textContent: row.group ? row.decision : "alone" })),
      element("p", { className: "small quiet", textContent: facts }), text,
      element("p", { className: "small quiet", textContent: row.reason ?? "" }));
  }
}
