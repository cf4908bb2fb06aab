// Requests to the service. The key, where it wants one, lives as long as the tab.

const KEY = "tessera-key";

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function headersFor(more = {}) {
  const key = sessionStorage.getItem(KEY);
  return key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

function refusalIn(status, text) {
  let message = `the service answered with ${status}`;
  try {
    message = JSON.parse(text).error.message ?? message;
  } catch {
    // No words: the status says it.
  }
  if (status === 401) askForKey(sessionStorage.getItem(KEY) !== null);
  return new Refused(status, message);
}

// What a route answers: JSON as a value, all else as text.
async function ask(method, path, body, signal) {
  const options = { method, headers: headersFor(), signal, cache: "no-store", credentials: "omit", redirect: "error" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  const text = await answer.text();
  if (!answer.ok) throw refusalIn(answer.status, text);
  const isJSON = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
  return { status: answer.status, text, value: isJSON && text ? JSON.parse(text) : null };
}

// A file with its progress, which fetch cannot tell.
function send(path, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headersFor({ "Content-Type": "application/octet-stream" }))) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(refusalIn(request.status, request.responseText));
    });
    request.addEventListener("error", () => reject(new Refused(0, "the service cannot be reached, or ended the upload")));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function askForKey(isWrong) {
  byId("key-form").hidden = false;
  byId("key-problem").textContent = isWrong ? "The service knows another key." : "";
  byId("key").focus();
}

function offerDownload(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
