// The study that is shown: its verdict, and the controls.

const state = { study: null, now: null, copies: null, sort: { key: "weightedRanks", direction: 1 }, rows: 100 };

const ABOUT = {
  uniform: "Every answer weighs the same: the standard estimate.",
  local: "Comparisons count by how many different ones there are near them, so that copies share.",
  horizon: "Near answers share one weight; everybody else has an equal part.",
  linkage: "Weights divide along the tree in which the answers join: a crowd counts like a single answer far from it.",
  "remove-duplicates": "Of answers that hang together, the first is kept and the others count nothing.",
  voronoi: "An answer weighs as much as the part of the space that is nearest to it: the paper’s cells.",
  families: "Every declared family counts as one answer.",
};

function schemeNow() {
  return state.study.study.schemes.find((scheme) => scheme.name === byId("scheme").value);
}

// Sliders move in hundredths of a step of ten, and of the scheme's range.
const lambdaOf = (place) => Number((10 ** (place / 100)).toPrecision(3));
const placeOfLambda = (lambda) => Math.min(Math.max(Math.round(100 * Math.log10(lambda)), -400), 100);

function resolutionOf(place) {
  const { least, most } = schemeNow();
  return Number((least + ((most - least) * place) / 240).toPrecision(6));
}

function placeOfResolution(value) {
  const { least, most } = schemeNow();
  return most > least ? Math.round((240 * (value - least)) / (most - least)) : 0;
}

// What is asked: what was not moved is left to the fit.
function question() {
  const asked = { scheme: byId("scheme").value };
  if (state.moved?.resolution !== undefined && schemeNow().most !== null) asked.resolution = state.moved.resolution;
  if (state.moved?.lambda !== undefined) asked.lambda = state.moved.lambda;
  return asked;
}

function isAsFitted() {
  const { study } = state.study;
  return byId("scheme").value === study.first.scheme && state.moved.resolution === undefined && state.moved.lambda === undefined;
}

function showControls() {
  const scheme = schemeNow();
  byId("scheme-about").textContent = ABOUT[scheme.name] ?? "";
  byId("resolution-row").hidden = scheme.most === null;
  if (scheme.most !== null) {
    const value = state.moved.resolution ?? scheme.standard;
    byId("resolution").value = placeOfResolution(value);
    byId("resolution-value").textContent = short(value);
    byId("resolution").setAttribute("aria-valuetext", `a distance of ${short(value)}`);
  }
  const { lambda } = state.study.study.first;
  const chosen = state.moved.lambda ?? lambda.weighted;
  byId("lambda").value = placeOfLambda(chosen);
  byId("lambda-value").textContent =
    state.moved.lambda === undefined && lambda.standard !== lambda.weighted
      ? `${short(lambda.standard)} and ${short(lambda.weighted)}, by what predicts best` : short(chosen);
  byId("lambda").setAttribute("aria-valuetext", byId("lambda-value").textContent);
}

// One request at a time; the last wish wins.
let isAsking = false;
let isWanted = false;

async function asked() {
  showControls();
  isWanted = true;
  if (isAsking) return;
  isAsking = true;
  try {
    while (isWanted) {
      isWanted = false;
      await askOnce();
    }
  } finally {
    isAsking = false;
  }
}

async function askOnce() {
  const { id } = state.study;
  const before = performance.now();
  try {
    const now = isAsFitted() && !state.copies ? null : await answerNow(id);
    if (state.study?.id !== id) return;
    if (!now || isWanted) byId("took").textContent = "";
    else byId("took").textContent = `answered in ${whole.format(performance.now() - before)} ms`;
    performance.clearMeasures("answer");
    performance.measure("answer", { start: before, end: performance.now() });
    state.now = now ?? state.study.study.first;
    showNow();
  } catch (error) {
    if (state.study?.id === id) byId("took").textContent = `No answer: ${error.message}`;
  }
}

async function answerNow(id) {
  if (!state.copies) return (await ask("POST", `/api/studies/${id}/audit`, question())).value;
  return (await ask("POST", `/api/studies/${id}/clones`, { ...question(), ...state.copies })).value;
}

function showVerdict() {
  const { study, name } = state.study;
  byId("verdict-title").textContent = name;
  const words = study.verdict?.text ?? (study.kind === "fit"
    ? "A stored fit: its numbers can be read, and not asked again."
    : "There is no weighted estimate to compare with: nothing is known of the answers but their comparisons.");
  // The verdict's first sentence answers; what to do comes after it.
  const cut = words.search(/\. (Keep|Use|There is|Mend)/);
  byId("verdict").textContent = cut < 0 ? words : words.slice(0, cut + 1);
  byId("action").textContent = cut < 0 ? "" : words.slice(cut + 2);
  byId("evidence").replaceChildren(...(study.verdict?.reasons ?? []).map((words) => element("li", {}, words)));
  const { summary } = study;
  byId("source").textContent = [
    summary.rows === null ? "" : `${plural(summary.rows, "row")} of the layout ${summary.layout}`,
    summary.leftOut ? `${plural(summary.leftOut, "row")} left out` : "",
    `contexts: ${summary.contexts}`, ...summary.warnings,
  ].filter((part) => part).join("; ");
  const numbers = [
    ["answers", whole.format(summary.alternatives)], ["comparisons", whole.format(summary.comparisons)],
    ["near-duplicates", summary.duplicates === null ? "not known" : summary.duplicates === 0 ? "none" : `${whole.format(summary.duplicates)} in ${plural(summary.duplicateGroups, "group")}`],
    ["effective answers", whole.format(study.first.effectiveAlternatives)],
  ];
  byId("numbers").replaceChildren(
    ...numbers.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

function showStudy(study) {
  state.study = study;
  state.moved = {};
  state.copies = null;
  state.chosen = null;
  state.rows = 100;
  state.sort = { key: "weightedRanks", direction: 1 };
  state.now = study.study.first;
  byId("study").hidden = false;
  byId("open").open = false;
  byId("copies").hidden = true;
  const isLive = study.study.kind === "comparisons";
  for (const id of ["live", "families-card", "exports"]) byId(id).hidden = !isLive;
  byId("export-words").textContent = isLive ? "" : "A stored fit has nothing more to give.";
  byId("search").value = "";
  byId("scheme").replaceChildren(
    ...study.study.schemes.map((scheme) => element("option", { value: scheme.name }, scheme.name.replace("-", " "))));
  showVerdict();
  showGroups();
  showFamilies();
  if (isLive) {
    showControls();
    byId("took").textContent = "";
  }
  showNow();
  document.title = `${study.name} – Tessera`;
  byId("verdict").scrollIntoView({ block: "nearest" });
  // Who wins is said by an answer: the first one comes at once.
  if (isLive) firstAnswer(study.id);
}

async function firstAnswer(id) {
  try {
    const { value } = await ask("POST", `/api/studies/${id}/audit`, {});
    if (state.study?.id !== id) return;
    state.study.study.first.winners = value.winners;
    state.study.study.first.groups = value.groups;
    if (state.now === state.study.study.first) showNow();
  } catch (error) {
    if (state.study?.id === id) byId("took").textContent = `No answer: ${error.message}`;
  }
}

function hideStudy() {
  state.study = null;
  byId("study").hidden = true;
  byId("open").open = true;
  document.title = "Workbench – Tessera";
}

function listenForQuestions() {
  byId("scheme").addEventListener("change", () => {
    delete state.moved.resolution;
    asked();
  });
  byId("resolution").addEventListener("input", (event) => {
    state.moved.resolution = resolutionOf(Number(event.target.value));
    asked();
  });
  byId("lambda").addEventListener("input", (event) => {
    state.moved.lambda = lambdaOf(Number(event.target.value));
    asked();
  });
  byId("reset").addEventListener("click", () => {
    state.moved = {};
    byId("scheme").value = state.study.study.first.scheme;
    asked();
  });
  byId("delete").addEventListener("click", () => deleteStudy(state.study.id));
}
