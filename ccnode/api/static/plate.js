// What does the plate page do by itself? It judges what is typed, shows what would change, keeps it, and asks the model.

import { sentence } from "./link.js";
import { $, Failure, calm, fail, guarded, live, make, pressed, refresh, request, toast } from "./ui.js";

const QUIET_MS = 350;
const KINDS = { "+": "add", "-": "gone", "@": "place", "\\": "place" };
const text = $("text");
let kept = text.value; // the text in force, as the editor has it
let newest = 0; // the version known to be in force: what was asked before it was signed may be answered after
let asked = 0;
let timer = null;
const dirty = () => text.value !== kept;

// --- what is typed ---

const NUMBER = new Intl.NumberFormat("en");

function finding(one) {
  const where = one.line ? make("button", { type: "button", class: "link", text: `Line ${one.line}`, onclick: () => select(one.line) }) : null;
  return make(
    "li",
    {},
    make("span", { class: `tag ${one.severity === "error" ? "bad" : "warn"}`, text: one.severity }),
    " ",
    where,
    `${where ? ": " : ""}${sentence(one.message)} `,
    make("span", { class: "quiet", text: sentence(one.remedy) }),
  );
}

function select(line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + lines[line - 1].length);
  text.scrollTop = (text.scrollHeight * (line - 1)) / lines.length - text.clientHeight / 3;
}

function showDiff(diff) {
  const lines = diff ? diff.replace(/\n$/, "").split("\n") : [];
  const shown = lines.length === 1 ? lines : lines.slice(2);
  $("diff").replaceChildren(...shown.map((line) => make("span", { class: lines.length === 1 ? "place" : (KINDS[line[0]] ?? "same"), text: line })));
  $("change").hidden = !dirty() || !shown.length;
}

function ready(findings) {
  const wrong = findings.some((one) => one.severity === "error");
  $("findings").replaceChildren(...findings.map(finding));
  $("keep").disabled = wrong || !dirty();
}

// Judge the text; of answers that overtake each other only the last counts.
async function look() {
  clearTimeout(timer);
  const mine = ++asked;
  $("undo").hidden = !dirty();
  try {
    const told = await request("POST", "plate/lint", { text: text.value, diff: true });
    if (mine !== asked) return;
    ready(told.findings);
    showDiff(told.diff);
    // Each by itself: what is written there may turn the direction of writing.
    const facts = [told.name || "no name", `about ${NUMBER.format(told.tokens)} tokens`, ...told.traits];
    $("facts").replaceChildren(...facts.flatMap((one, at) => [at ? " · " : "", make("bdi", { text: one })]));
  } catch (failure) {
    if (mine !== asked) return;
    // Too large, or characters that are none: that is said of the text, where its other flaws are.
    if (!(failure instanceof Failure) || ![400, 413].includes(failure.status)) throw failure;
    ready([{ line: 0, severity: "error", message: failure.message, remedy: failure.remedy }]);
    showDiff("");
  }
}

text.addEventListener("input", () => {
  $("keep").disabled = true; // until it is judged
  clearTimeout(timer);
  timer = setTimeout(guarded(look), QUIET_MS);
});

async function put(value) {
  text.value = value;
  text.focus();
  text.setSelectionRange(0, 0);
  text.scrollTop = 0;
  await look();
}

$("undo").addEventListener("click", guarded(() => ($("left").replaceChildren(), put(kept))));
addEventListener("beforeunload", (event) => dirty() && event.preventDefault());

// --- keeping ---

$("edit").addEventListener("submit", guarded(async (event) => {
  event.preventDefault();
  const [value, passphrase] = [text.value, $("passphrase")];
  $("keep").disabled = true;
  try {
    const made = await request("PUT", "plate", { text: value, passphrase: passphrase?.value });
    kept = value;
    newest = made.plate.version;
    $("left").replaceChildren();
    if (passphrase) passphrase.value = "";
    calm();
    toast(`Version ${made.plate.version} is in force.`);
    if (location.search) history.replaceState(null, "", location.pathname);
    await refresh("shown", "history", "validation");
  } catch (failure) {
    if (failure.code === "wrong_passphrase") passphrase?.select();
    fail(failure);
  } finally {
    await look();
  }
}));

// --- from elsewhere: a file, an older version ---

$("file").addEventListener("change", guarded(async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const read = await request("POST", "plate/import", file);
  event.target.value = "";
  calm();
  const left = read.left.map((one) => make("li", { text: `${one.where}: ${one.why}` }));
  $("left").replaceChildren(
    make("p", { class: "notice", text: `Taken from ${file.name}. Nothing is kept before you sign it.` }),
    ...(left.length ? [make("details", {}, make("summary", { class: "quiet", text: "What of the card was left out" }), make("ul", { class: "left" }, ...left))] : []),
  );
  await put(read.text);
}));

pressed("[data-revert]", async (button) => {
  const version = button.dataset.revert;
  const { plate } = await request("GET", `plate?version=${version}`);
  $("left").replaceChildren(make("p", { class: "notice", text: `This is version ${version}. Sign it to have it in force again, as a new version.` }));
  await put(plate.text);
});

// --- the six questions ---

pressed("#validate", async (button) => {
  button.disabled = true;
  $("asking").textContent = "Asking. That takes as long as the model's answers do.";
  try {
    await request("POST", "plate/validate", {});
    calm();
  } finally {
    $("asking").textContent = "";
    button.disabled = false;
    await refresh("validation");
  }
});

// --- what others change meanwhile ---

async function changed() {
  const { plate } = await request("GET", "plate");
  const now = plate?.text ?? "";
  await refresh("shown", "history", "validation");
  if (now === kept || (plate?.version ?? 0) < newest) return;
  const untouched = !dirty() || now === text.value;
  kept = now;
  if (untouched) text.value = now;
  else toast(`Version ${plate.version} is in force since a moment ago; your changes are still here.`);
  await look();
}
live.on("changed", (what) => what.includes("plate") && changed());
live.on("open", changed);
if (kept) guarded(look)();
