// Files in, studies out.

let uploading = null;

const pickers = { rows: "rows-file", alternatives: "alternatives-file", contexts: "contexts-file" };

// Where a dropped file belongs, by what it is called.
function partOf(name) {
  if (/\.(npy|npz|safetensors)$/i.test(name)) return "contexts";
  return /alternatives/i.test(name) ? "alternatives" : "rows";
}

function put(files) {
  for (const file of files) {
    const one = new DataTransfer();
    one.items.add(file);
    byId(pickers[partOf(file.name)]).files = one.files;
  }
}

function showProgress(words, share) {
  byId("upload-progress").hidden = words === null;
  if (words === null) return;
  byId("progress-words").textContent = words;
  byId("progress").value = share;
}

async function upload() {
  byId("open-problem").textContent = "";
  const chosen = Object.fromEntries(Object.entries(pickers).map(([part, id]) => [part, byId(id).files[0]]));
  if (!chosen.rows) {
    byId("open-problem").textContent = "Choose a file of preferences first.";
    byId("rows-file").focus();
    return;
  }
  if (chosen.contexts && !chosen.alternatives) {
    byId("open-problem").textContent = "Embeddings belong to alternatives: choose their file as well.";
    byId("alternatives-file").focus();
    return;
  }
  uploading?.abort();
  uploading = new AbortController();
  const { signal } = uploading;
  byId("upload").disabled = true;
  let id = null;
  try {
    const made = await send(
      `/api/studies?name=${encodeURIComponent(chosen.rows.name)}`, chosen.rows,
      (share) => showProgress(`Uploading ${chosen.rows.name}`, share), signal,
    );
    id = made.id;
    for (const part of ["alternatives", "contexts"]) {
      if (!chosen[part]) continue;
      await send(
        `/api/studies/${id}/files/${part}?name=${encodeURIComponent(chosen[part].name)}`, chosen[part],
        (share) => showProgress(`Uploading ${chosen[part].name}`, share), signal,
      );
    }
    await waitFor(id, signal);
  } catch (error) {
    if (error.name === "AbortError") {
      if (id) await ask("DELETE", `/api/studies/${id}`).catch(() => {});
    } else {
      byId("open-problem").textContent = `It cannot be opened: ${error.message}`;
    }
  } finally {
    showProgress(null);
    byId("upload").disabled = false;
    await listStudies();
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("", "AbortError"));
    });
  });
}

// Until the study is read, then shows it.
async function waitFor(id, signal) {
  for (;;) {
    const { value } = await ask("GET", `/api/studies/${id}`, undefined, signal);
    if (value.state === "failed") throw new Refused(422, value.problem);
    if (value.state === "ready") {
      showStudy(value);
      return;
    }
    showProgress(value.progress.what ? `Working: ${value.progress.what}` : "Working", value.progress.share);
    await pause(300, signal);
  }
}

async function openStored(id) {
  byId("open-problem").textContent = "";
  uploading?.abort();
  uploading = new AbortController();
  try {
    await waitFor(id, uploading.signal);
  } catch (error) {
    if (error.name !== "AbortError") byId("open-problem").textContent = `It cannot be opened: ${error.message}`;
  } finally {
    showProgress(null);
    await listStudies();
  }
}

async function deleteStudy(id) {
  try {
    await ask("DELETE", `/api/studies/${id}`);
  } catch (error) {
    byId("open-problem").textContent = `It cannot be deleted: ${error.message}`;
  }
  if (state.study?.id === id) hideStudy();
  await listStudies();
}

async function listStudies() {
  let studies;
  try {
    studies = (await ask("GET", "/api/studies")).value;
  } catch (error) {
    if (error.status !== 401) byId("open-problem").textContent = `The service: ${error.message}`;
    return;
  }
  byId("key-form").hidden = true;
  const rows = studies.map((study) => {
    const words = study.state === "failed" ? `failed: ${study.problem}` : study.state === "preparing" ? "being read" : fileSize(study.bytes);
    return element(
      "li", {},
      study.state === "failed" ? element("b", {}, study.name) : button(study.name, () => openStored(study.id), { class: "link" }),
      element("span", {}, words),
      button("Delete", () => deleteStudy(study.id), { "aria-label": `Delete ${study.name}` }),
    );
  });
  byId("stored").replaceChildren(...(rows.length ? [element("ul", { "aria-label": "Stored studies" }, ...rows)] : []));
}

function listenForFiles() {
  const drop = byId("drop");
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    put(event.dataTransfer.files);
  });
  byId("upload").addEventListener("click", upload);
  byId("cancel").addEventListener("click", () => uploading?.abort());
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, byId("key").value.trim());
    byId("key").value = "";
    listStudies();
  });
}
