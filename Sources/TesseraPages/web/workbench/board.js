// The table of answers, and who wins.

const COLUMNS = [
  { key: "label", name: "Answer", words: true },
  { key: "weightedRanks", name: "Place, weighted" },
  { key: "weighted", name: "Weighted", kind: "weighted" },
  { key: "standardRanks", name: "Place, standard" },
  { key: "standard", name: "Standard", kind: "standard" },
  { key: "weights", name: "Weight" },
  { key: "comparisons", name: "Votes" },
];

function labelOf(id) {
  const place = state.study.study.answers.ids.indexOf(id);
  return place < 0 ? id : state.study.study.answers.labels[place];
}

// The rows as they are sorted and found.
function rowsNow() {
  const { answers } = state.study.study;
  const wanted = byId("search").value.trim().toLowerCase();
  const { key, direction } = state.sort;
  const values = key === "label" ? answers.labels : key === "comparisons" ? answers.comparisons : state.now[key];
  const rows = answers.ids.map((_, k) => k).filter(
    (k) => !wanted || answers.labels[k].toLowerCase().includes(wanted) || answers.ids[k].toLowerCase().includes(wanted));
  const last = (value) => value === null || value === undefined;
  const compare = (a, b) => {
    const [x, y] = [values[a], values[b]];
    if (last(x) || last(y)) return Number(last(x)) - Number(last(y));
    return direction * (typeof x === "string" ? x.localeCompare(y) : x - y);
  };
  const more = key.endsWith("Ranks") ? (a, b) => answers.components[a] - answers.components[b] : () => 0;
  return rows.sort((a, b) => compare(a, b) || more(a, b) || a - b);
}

function sortBy(key) {
  const same = state.sort.key === key;
  const first = key === "label" || key.endsWith("Ranks") ? 1 : -1;
  state.sort = { key, direction: same ? -state.sort.direction : first };
  showBoard();
  byId("board").querySelector(`[data-key="${key}"]`)?.focus();
}

function rewardCell(kind, k) {
  const value = state.now[kind][k];
  const error = state.now[`${kind}Errors`]?.[k];
  const digits = digitsOf(error);
  const words = error === null || error === undefined ? shown(value) : `${shown(value, digits)} ± ${shown(error, digits)}`;
  return element("td", { class: `number ${kind}` }, words);
}

function rankCell(kind, k) {
  const [now, plain] = [state.now[`${kind}Ranks`][k], state.now.standardRanks[k]];
  const cell = element("td", { class: "number" }, now === null ? "–" : now);
  if (kind === "weighted" && now !== null && plain !== null && now !== plain) {
    const words = now < plain ? `↑${plain - now}` : `↓${now - plain}`;
    cell.append(" ", element("span", { class: now < plain ? "up" : "down", title: `${words} against the standard estimate` }, words));
  }
  return cell;
}

function boardRow(k) {
  const { answers, kind } = state.study.study;
  const id = answers.ids[k];
  const name = kind === "comparisons"
    ? button(answers.labels[k], () => chooseCopies(id), { class: "link", title: "Add copies of it" })
    : element("span", {}, answers.labels[k]);
  const share = state.now.weights[k];
  return element(
    "tr", { class: state.chosen === id ? "chosen" : null },
    element("td", {}, name), rankCell("weighted", k), rewardCell("weighted", k), rankCell("standard", k),
    rewardCell("standard", k), element("td", { class: "number" }, share === null ? "–" : `${short(100 * share)} %`),
    element("td", { class: "number" }, short(answers.comparisons[k])),
  );
}

function showBoard() {
  const { study } = state.study;
  const rows = rowsNow();
  const head = COLUMNS.map((column) => element(
    "th",
    {
      scope: "col", class: column.words ? null : "number",
      "aria-sort": state.sort.key === column.key ? (state.sort.direction > 0 ? "ascending" : "descending") : "none",
    },
    button(column.name, () => sortBy(column.key), { class: "sort", "data-key": column.key }),
  ));
  byId("board").replaceChildren(element(
    "table", {}, element("caption", {}, `${whole.format(rows.length)} of ${plural(study.summary.alternatives, "answer")}`),
    element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows.slice(0, state.rows).map(boardRow))));
  byId("more").hidden = rows.length <= state.rows;
  byId("board-about").textContent =
    (study.summary.components > 1
      ? `Rewards compare within ${whole.format(study.summary.components)} separate groups of answers that were compared; places are within them. ` : "")
    + (study.kind === "comparisons" ? "Choose an answer to add copies of it." : "")
    + (state.now.standardErrors ? "" : " Errors are those of the fit, and are not shown while something else is asked.");
}

function showWinners() {
  const winners = state.now.winners;
  const names = { standard: winners?.standard ?? null, weighted: winners?.weighted ?? null };
  for (const kind of ["standard", "weighted"]) {
    byId(`${kind}-winner`).textContent = names[kind] === null ? "–" : labelOf(names[kind]);
  }
  const many = winners && winners.components > 1;
  byId("changed").textContent = !winners ? "" : many
    ? `${plural(winners.changed, "winner")} of ${whole.format(winners.components)} ${winners.changed === 1 ? "is another" : "are others"} under the weights; above stands the largest group of answers.`
    : winners.isOther ? "The weights make another one win." : "The same one wins.";
}

function showNow() {
  if (!state.study) return;
  const { now } = state;
  if (now.winners) showWinners();
  byId("groups-left").textContent = [
    now.groups !== null && now.groups !== undefined && now.resolution !== null
      ? `${plural(now.groups, "answer")} left where near ones count as one` : "",
    `as even as ${whole.format(now.effectiveAlternatives)} equal answers and ${whole.format(now.effectiveComparisons.weighted)} equal pairs`,
  ].filter((part) => part).join("; ");
  byId("stopped").textContent = (now.stopped ?? []).join("; ");
  showBoard();
  showCopies();
  const said = byId("changed").textContent;
  if (state.study.study.kind === "comparisons" && byId("announcement").textContent !== said) byId("announcement").textContent = said;
}

function listenForBoard() {
  byId("search").addEventListener("input", () => {
    state.rows = 100;
    showBoard();
  });
  byId("more").addEventListener("click", () => {
    state.rows += 200;
    showBoard();
  });
}
