// What does the transfer page do by itself? It sends files, says how far they are, and shows what becomes of them.

import { $, calm, Failure, fail, refresh, toast } from "./ui.js";

const file = $("file");
const drop = $("drop");
let sending = null;

// --- choosing ---

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);

function chosen() {
  const files = [...file.files];
  $("chosen").textContent = files.length ? files.map((one) => `${one.name} (${size(one.size)})`).join(", ") : "or drop it here";
}
file.addEventListener("change", chosen);

// The whole page takes a file: who misses the box must not lose the page to the file.
let over = 0;
const carries = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", (event) => carries(event) && (event.preventDefault(), drop.classList.toggle("over", ++over > 0)));
addEventListener("dragleave", (event) => carries(event) && drop.classList.toggle("over", --over > 0));
addEventListener("dragover", (event) => carries(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  over = 0;
  drop.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  file.files = event.dataTransfer.files;
  chosen();
  $("send").focus();
});

// --- sending: fetch does not say how much of a body is sent ---

function send(one, query) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    sending = request;
    request.responseType = "json"; // null where it is none
    request.open("POST", `/api/v1/imports/upload?${new URLSearchParams(query)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      $("sent").value = event.total ? event.loaded / event.total : 1;
      $("sent-text").textContent = `${one.name}: ${size(event.loaded)} of ${size(event.total)}`;
    };
    request.onload = () => {
      if (request.status < 300) resolve(true);
      else reject(new Failure(request.status, request.response?.error ?? { message: `The node answered ${request.status}.` }));
    };
    request.onerror = () => reject(new Failure(0, { message: `${one.name} could not be sent`, remedy: "See whether the node runs, then send it again." }));
    request.onabort = () => resolve(null);
    request.send(one);
  });
}

$("upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  const { format, dry_run } = Object.fromEntries(new FormData(event.target));
  calm();
  $("sending").hidden = false;
  $("send").disabled = true;
  let done = 0;
  try {
    for (const one of file.files) {
      if (!(await send(one, { name: one.name.slice(-200), format, dry_run: dry_run ? "true" : "false" }))) break;
      done += 1;
      await refresh("imports");
    }
    toast(done === file.files.length ? "The node has it, and reads it now." : "Stopped.");
    if (done) event.target.reset();
  } catch (failure) {
    fail(failure);
  } finally {
    sending = null;
    $("sending").hidden = true;
    $("send").disabled = false;
    chosen();
  }
});
$("abort").addEventListener("click", () => sending?.abort());
addEventListener("beforeunload", (event) => sending && event.preventDefault());
