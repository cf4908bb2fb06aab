// Copies of an answer that are not there.

const COUNTS = [1, 2, 5, 10, 25, 50];

function chooseCopies(id) {
  state.chosen = id;
  byId("copies").hidden = false;
  byId("copies-of").textContent = labelOf(id);
  addCopies(state.copies?.count ?? 5);
  byId("copies").scrollIntoView({ block: "nearest" });
  byId("copies-count").querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });
}

function addCopies(count) {
  state.copies = {
    id: state.chosen, count, distance: Number(byId("copies-distance").value), record: byId("copies-record").value,
  };
  byId("copies-count").replaceChildren(
    ...COUNTS.map((number) => button(number, () => addCopies(number), { "aria-pressed": String(number === count), "aria-label": plural(number, "copy").replace("copys", "copies") })));
  byId("copies-count").querySelector("[aria-pressed=true]").focus({ preventScroll: true });
  asked();
}

function withoutCopies() {
  state.copies = null;
  state.chosen = null;
  byId("copies").hidden = true;
  byId("board").focus({ preventScroll: true });
  asked();
}

function winnerWords(kind, change) {
  if (!change) return element("p", {}, element("b", { class: kind }, kind === "standard" ? "Standard: " : "Weighted: "), "nobody leads.");
  const words = change.changes
    ? ` ${labelOf(change.after)} wins in place of ${labelOf(change.before)}.` : ` ${labelOf(change.before)} still wins.`;
  const moved = ` Its own reward goes from ${shown(change.rewardBefore)} to ${shown(change.rewardAfter)}.`;
  return element(
    "p", {}, element("b", { class: kind }, kind === "standard" ? "Standard:" : "Weighted:"),
    element("span", { class: change.changes ? "bad" : "good" }, words), moved);
}

function showCopies() {
  const outcome = byId("copies-outcome");
  const { now } = state;
  if (!state.copies || now.count === undefined) {
    outcome.replaceChildren();
    return;
  }
  byId("standard-winner").textContent = now.standardWinner ? labelOf(now.standardWinner.after) : "–";
  byId("weighted-winner").textContent = now.weightedWinner ? labelOf(now.weightedWinner.after) : "–";
  byId("changed").textContent = `With ${now.count} ${now.count === 1 ? "copy" : "copies"} of ${labelOf(now.id)}.`;
  outcome.replaceChildren(
    winnerWords("standard", now.standardWinner), winnerWords("weighted", now.weightedWinner),
    element(
      "p", { class: "small quiet" },
      `Others move by up to ${shown(now.shift.standard)} in the standard estimate and ${shown(now.shift.weighted)} in the weighted one. `
      + `The answer weighed ${short(100 * now.shareBefore)} %, and weighs ${short(100 * now.shareAfter)} % together with its copies.`));
}

function listenForCopies() {
  for (const id of ["copies-distance", "copies-record"]) {
    byId(id).addEventListener("change", () => {
      if (state.copies) addCopies(state.copies.count);
    });
  }
  byId("copies-off").addEventListener("click", withoutCopies);
}
