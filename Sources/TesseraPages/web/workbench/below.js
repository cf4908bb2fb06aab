// Groups of near-duplicates, families, and what can be taken along.

function showGroups() {
  const { groups, summary } = state.study.study;
  if (!groups.length) {
    byId("groups").replaceChildren(element(
      "p", { class: "quiet" },
      summary.duplicates === null ? "Nothing is known of what the answers say." : "There are none."));
    return;
  }
  byId("groups").setAttribute("tabindex", "0");
  byId("groups").setAttribute("role", "region");
  byId("groups").setAttribute("aria-label", "Groups of near-duplicates");
  const words = { keep: "keep", review: "look at it", drop: "drop" };
  byId("groups").replaceChildren(
    ...groups.map((members) => element(
      "ul", { class: "group" },
      ...members.map((member) => element(
        "li", {}, button(member.label, () => chooseCopies(member.id), { class: "link" }),
        element("span", { class: `small ${member.decision === "drop" ? "bad" : "quiet"}` }, words[member.decision]))))));
}

function showFamilies() {
  byId("families-problem").textContent = "";
  byId("families").value = state.study.families.map(({ id, family }) => `${field(id)},${field(family)}`).join("\n");
}

const field = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// Lines of two fields of CSV.
function readFamilies(text) {
  const families = [];
  for (const [number, line] of text.split("\n").entries()) {
    if (!line.trim() || (number === 0 && /^id\s*,\s*family\s*$/i.test(line.trim()))) continue;
    const found = line.trim().match(/^("(?:[^"]|"")*"|[^,]*),("(?:[^"]|"")*"|[^,]*)$/);
    if (!found) throw new Error(`line ${number + 1}: expected an id, a comma and a family`);
    const [id, family] = found.slice(1).map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.trim()));
    families.push({ id, family });
  }
  return families;
}

async function declare(families) {
  const { id } = state.study;
  byId("families-problem").textContent = "";
  try {
    await ask("POST", `/api/studies/${id}/families`, { families });
    const { value } = await ask("GET", `/api/studies/${id}`);
    if (state.study?.id !== id) return;
    state.study.families = value.families;
    state.study.study.schemes = value.study.schemes;
    byId("scheme").replaceChildren(
      ...value.study.schemes.map((scheme) => element("option", { value: scheme.name }, scheme.name.replace("-", " "))));
    byId("scheme").value = families.length ? "families" : value.study.first.scheme;
    delete state.moved.resolution;
    showFamilies();
    asked();
  } catch (error) {
    byId("families-problem").textContent = error.message;
  }
}

function listenForFamilies() {
  byId("declare").addEventListener("click", () => {
    try {
      declare(readFamilies(byId("families").value));
    } catch (error) {
      byId("families-problem").textContent = error.message;
    }
  });
  byId("take-back").addEventListener("click", () => declare([]));
}

async function save(kind, format) {
  const { id, name } = state.study;
  const words = byId("export-words");
  const asked = kind === "weights" ? question() : {};
  const query = new URLSearchParams({ ...asked, ...(kind === "page" ? {} : { format }) });
  try {
    words.textContent = "…";
    for (;;) {
      const { status, text, value } = await ask("GET", `/api/studies/${id}/${kind}?${query}`);
      if (state.study?.id !== id) return;
      if (status === 202) {
        words.textContent = `The audit is under way: ${value.what}, ${whole.format(100 * value.share)} %.`;
        await pause(700);
        continue;
      }
      const stem = name.replace(/\.[^.]*$/, "").replace(/[^\w.-]+/g, "-") || "study";
      const type = { csv: "text/csv", json: "application/json", html: "text/html" }[format];
      offerDownload(`${stem}.${kind}.${format}`, text, type);
      words.textContent = "Saved.";
      return;
    }
  } catch (error) {
    words.textContent = `It cannot be saved: ${error.message}`;
  }
}

function listenForExports() {
  for (const one of document.querySelectorAll("[data-export]")) {
    one.addEventListener("click", () => save(one.dataset.export, one.dataset.format));
  }
}
