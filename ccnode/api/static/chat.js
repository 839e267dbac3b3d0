// What does the chat page do? It talks. The node makes the markup of what is recorded; here is what is on its way.

import { $, Failure, calm, fail, fetchPage, guarded, linkState, live, localize, make, randomKey, renamed, renew, request, toast } from "./ui.js";

const API = "conversation"; // of the API
const AGAIN = 100; // messages looked at again after a break
const SESSION = document.body.dataset.live;
const PLACE = location.pathname; // "/" or "/chat/ID"
const log = $("log");
const form = document.querySelector("#composer form");
const TEXT_BYTES_MAX = Number(form?.dataset.textBytesMax);

let pending = null; // what was sent and is not yet known to be recorded: { content, key, item, done? }
let reply = null; // the reply on its way: { item, text }
let following = false; // whether its pieces come to us
let failure = null; // why the last question has no answer
let turns = 0; // what begins or ends a turn; what was read before one is out of date
let wanted = null; // the act that was asked for before the line was open
let atEnd = !location.hash;

// --- what is kept in this tab: drafts, and what was sent but not yet recorded ---

const store = {
  get: (kind, session = SESSION) => JSON.parse(sessionStorage.getItem(`${kind}-${session}`)),
  set: (kind, value, session = SESSION) => (value ? sessionStorage.setItem(`${kind}-${session}`, JSON.stringify(value)) : sessionStorage.removeItem(`${kind}-${session}`)),
};

const keepDraft = () => form && store.set("draft", $("entry").value);

// --- the log ---

// Buttons for code, times in this zone.
function dress(root) {
  localize(root);
  for (const caption of root.querySelectorAll(".code figcaption:not(:has(button))")) {
    caption.append(make("button", { class: "link", "data-act": "copycode", text: "Copy" }));
  }
}

const seqOf = (item) => Number(item.dataset.seq ?? Infinity);
const shown = () => [...log.children].filter((item) => item.dataset.seq);

async function read(first) {
  let before, found;
  do {
    before = turns;
    found = null;
    for (let at = first; at; ) {
      const part = (await fetchPage(`${PLACE}?part=log&first=${at}`)).getElementById("log");
      at = part.dataset.later; // very long messages come in several parts
      if (found) found.append(...part.children);
      else found = part;
    }
  } while (before !== turns);
  return found;
}

// Put in what the node says from message number `first` on. What is unchanged stays the same element, with what is open in it.
function merge(found, first) {
  const old = new Map(shown().map((item) => [item.id, item]));
  const fresh = [...found.children].map((item) => {
    const known = old.get(item.id);
    if (known && known.dataset.v === item.dataset.v) return known;
    dress(item);
    return item;
  });
  if (pending?.done) pending = null;
  if (reply?.ended) reply = null;
  // It is among what was read, or there is none; pieces that are still on their way to us are out of date.
  if (!found.dataset.running && !pending) reply = following = null;
  if (pending || reply) fresh.splice(0, fresh.length, ...fresh.filter((item) => item.id !== "waiting"));
  arrange([...shown().filter((item) => seqOf(item) < first), ...fresh]);
  if (found.dataset.title && found.dataset.title !== $("title").textContent) {
    $("title").textContent = found.dataset.title;
    document.title = `${found.dataset.title.slice(0, 60)} · ccnode`;
  }
  explain();
}

// Make these, and what is on its way, the log's children, touching only what differs: what is focused or selected stays so.
function arrange(items) {
  if (pending) items.push((pending.item ??= pendingItem(pending.content)));
  if (reply) items.push(reply.item);
  items.forEach((item, index) => {
    item.hidden = false;
    if (log.children[index] !== item) log.insertBefore(item, log.children[index] ?? null);
  });
  while (log.children.length > items.length) log.lastChild.remove();
  $("empty").hidden = items.length > 0;
  if (!form) return;
  $("stop").hidden = !reply;
  $("send").hidden = Boolean(reply);
  $("send").disabled = Boolean(pending);
}

const show = () => arrange([...shown(), ...(pending || reply ? [] : [$("waiting")].filter(Boolean))]);

// Read the log again from message number `first` on; whether a reply is being written.
async function update(first = firstOf()) {
  const found = await read(first);
  merge(found, first);
  return Boolean(found.dataset.running);
}

function pendingItem(content) {
  const head = make("div", { class: "who" }, make("strong", { text: "You" }), make("span", { text: "sending" }));
  return make("li", { class: "message user" }, head, make("div", { class: "text", text: content }));
}

function begin() {
  const text = make("div", { class: "text md" });
  const head = make("div", { class: "who" }, make("strong", { text: "Assistant" }), make("span", { class: "writing", text: "is writing" }));
  reply = { item: make("li", { class: "message assistant live", "aria-busy": "true" }, head, text), text };
  failure = null;
  show();
}

function write(piece) {
  if (!following) return;
  if (!reply) begin();
  if ($("link-state").textContent) linkState("open"); // what was waited for has come
  if (piece.html === undefined) return reply.text.append(piece.content);
  const found = new DOMParser().parseFromString(piece.html, "text/html");
  reply.text.replaceChildren(...found.body.childNodes);
}

// The node's words have UTC; a person at this page has a clock on the wall.
function waits(given) {
  const until = new Date(given.until);
  const here = Number.isNaN(until.getTime()) ? "" : ` (${until.toLocaleTimeString()} here)`;
  linkState("open", 0, `${given.message}${here}. Stop ends the wait; the question is kept.`);
}

function explain() {
  if (!failure || !$("waiting")) return;
  $("waiting").querySelector("p").textContent = `This question has no answer yet. ${failure.message}`;
  if (failure.remedy) $("waiting").querySelector("p").after(make("p", { class: "quiet", text: failure.remedy }));
}

// --- what comes over the line ---

live.on("open", async () => {
  following = false;
  if (!SESSION) return;
  if (pending) send();
  if (await update()) follow();
  else if (wanted) log.querySelector(`[data-act=${wanted}]`)?.click();
  wanted = null;
});

const firstOf = () => (shown().length ? Math.max(seqOf(shown()[0]), seqOf(shown().at(-1)) - AGAIN) : 1);

live.on("form", (given) => {
  if (["accepted", "response", "error"].includes(given.type)) turns += 1;
  if (given.type === "accepted") return accepted(given);
  if (given.type === "delta") return write(given);
  if (given.type === "response") return answered(given);
  if (given.type === "error") return failed(given);
  if (given.type === "state") showModel(given.model);
  if (given.type === "waiting") return waits(given);
  if (given.type === "status") given.running ? follow() : linkState("open", 0, given.message);
});

live.on("changed", async (what) => {
  if (!what.includes("sessions")) return;
  await renew("/", ["sessions"], (found) => found.querySelector(`#sessions a[href="${PLACE}"]`)?.setAttribute("aria-current", "page"));
});

function follow() {
  if (following || pending) return;
  following = true;
  if (!reply) begin();
  live.send({ type: "resume" });
}

async function accepted(given) {
  following = true;
  calm();
  if (pending) {
    pending.done = true;
    store.set("pending", null);
  }
  // What was answered anew stays until the new reply is there, out of sight.
  for (const item of shown()) item.hidden = seqOf(item) > given.seq;
  begin();
  await update(given.seq);
  for (const item of shown()) item.hidden = Boolean(reply) && seqOf(item) > given.seq;
}

async function answered(given) {
  following = false;
  linkState("open");
  showModel(given.model);
  failure = null;
  if (reply) reply.ended = true;
  await update(Math.max(1, given.seq - 1));
  const item = $(`m-${given.message_id}`);
  item?.querySelector(".sources")?.setAttribute("open", "");
  $("spoken").textContent = `Assistant: ${item?.querySelector(".text").textContent ?? given.content}`;
}

async function failed(given) {
  const told = new Failure(400, given);
  if (given.code === "busy" && following) return;
  following = false;
  reply = null;
  linkState("open");
  if (pending && !pending.done && !given.kept) {
    // It was not recorded: it goes back to where it was written.
    if (!$("entry").value) $("entry").value = pending.content;
    pending = null;
    store.set("pending", null);
    grow();
  }
  failure = given.kept ? told : null;
  show();
  await update();
  if (!given.kept || !$("waiting")) fail(told); // without a place beside the question, above the field
}

function showModel(model) {
  $("model").textContent = model ? `Answered by ${model}` : "";
}

// --- saying something ---

const send = () => live.send({ type: "message", content: pending.content, idempotency_key: pending.key });

function checked(content) {
  const size = new TextEncoder().encode(content).length;
  if (size > TEXT_BYTES_MAX) {
    throw new Failure(413, { message: `This message is too long (${size} bytes of ${TEXT_BYTES_MAX}).`, remedy: "Send it in parts." });
  }
  return { content, key: randomKey() };
}

let opening = false; // until the page is left: a second press opens no second one

// Open a conversation, or a branch from a message, and go there; what is to be said first is said there.
// It gets no title: it is shown by how it begins, and a copy of those words would outlive their being forgotten.
async function open(content, parent) {
  if (opening) return;
  const first = content ? checked(content) : null;
  opening = true;
  const { session_id: id } = await request("POST", `${API}/start`, { parent: parent || undefined }).catch((problem) => {
    opening = false;
    throw problem;
  });
  store.set("pending", first, id);
  location.assign(`/chat/${id}`);
}

const say = guarded(async () => {
  const content = $("entry").value;
  if (!content.trim() || pending || (reply && !reply.ended)) return;
  const said = checked(content);
  calm();
  $("entry").value = "";
  store.set("draft", null);
  grow();
  atEnd = true;
  pending = said;
  show();
  toEnd();
  if (SESSION) {
    store.set("pending", { content, key: said.key });
    send(); // where the line is down, it is sent once it is up again
    return;
  }
  try {
    await open(content);
  } catch (problem) {
    $("entry").value = content;
    pending = null;
    show();
    throw problem;
  }
});

function edit(item) {
  const text = item.querySelector(".text");
  const acts = item.querySelector(".acts");
  const area = make("textarea", { "aria-label": "Your message, changed" });
  area.value = text.textContent;
  const close = () => (box.remove(), (text.hidden = acts.hidden = false), acts.querySelector("[data-act=edit]").focus());
  const box = make(
    "form",
    { class: "edit", onsubmit: (event) => (event.preventDefault(), area.value.trim() && guarded(open)(area.value, item.dataset.parent)) },
    area,
    make("p", { class: "quiet", text: item.dataset.parent ? "It is said in a branch of its own; what was said here stays." : "It begins a conversation of its own; this one stays." }),
    make("div", { class: "row" }, make("button", { text: "Say it in a branch" }), make("button", { type: "button", class: "plain", text: "Cancel", onclick: close })),
  );
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) event.preventDefault(), box.requestSubmit();
  });
  text.hidden = acts.hidden = true;
  text.after(box);
  area.focus();
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast("The browser does not let this page copy. Select the text instead.");
  }
}

const acts = {
  answer() {
    failure = null;
    $("waiting").remove();
    following = true;
    begin();
    live.send({ type: "resume" });
  },
  again: () => live.send({ type: "regenerate" }),
  continue: () => live.send({ type: "continue" }),
  edit,
  fork: (item, button) => open("", button.dataset.id ?? item.id.slice(2)),
  copy: async (item) => copy((await request("GET", `message/${item.id.slice(2)}`)).message.text ?? ""),
  copycode: (_, button) => copy(button.closest(".code").querySelector("code").textContent),
  async rename() {
    const session = await renamed(`${API}/${PLACE.slice(6)}`);
    if (session) $("title").textContent = session.title;
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  for (const menu of document.querySelectorAll(".menu[open]")) if (button || !menu.contains(event.target)) menu.open = false;
  if (!button) return;
  const { act } = button.dataset;
  if (["answer", "again", "continue"].includes(act) && !live.line?.open) wanted = act;
  else guarded(acts[act])(button.closest(".message"), button);
});

addEventListener("keydown", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (event.key === "Escape" && menu) (menu.open = false), menu.querySelector("summary").focus();
});

// --- where the reader is ---

function toEnd() {
  atEnd = true;
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

function grow() {
  const entry = $("entry");
  entry.style.height = "auto";
  entry.style.height = `${Math.min(entry.scrollHeight + 2, innerHeight * 0.4)}px`;
}

$("scroll").addEventListener("scroll", () => {
  const box = $("scroll");
  atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 120;
});
new ResizeObserver(() => atEnd && toEnd()).observe(log);

$("earlier").addEventListener("click", guarded(async (event) => {
  event.preventDefault();
  const found = await fetchPage($("earlier").href);
  const first = seqOf(shown()[0]);
  const items = [...found.getElementById("log").children].filter((item) => seqOf(item) < first);
  const height = $("scroll").scrollHeight;
  atEnd = false;
  items.forEach(dress);
  log.prepend(...items);
  $("scroll").scrollTop += $("scroll").scrollHeight - height;
  const { earlier } = found.getElementById("log").dataset;
  $("earlier").parentElement.hidden = !earlier;
  $("earlier").href = found.getElementById("earlier")?.href ?? "";
}));

function point() {
  const item = location.hash.startsWith("#m-") && $(location.hash.slice(1));
  if (!item) return;
  atEnd = false;
  for (const other of document.querySelectorAll(".pointed")) other.classList.remove("pointed");
  item.classList.add("pointed");
  item.setAttribute("tabindex", "-1");
  item.scrollIntoView({ block: "center" });
  item.focus({ preventScroll: true });
}

// --- beginning ---

// Addresses of an earlier version.
function older() {
  const found = /^#c=([0-9a-f-]{36})(?:&m=([0-9a-f]+))?$/.exec(location.hash);
  if (found) location.replace(`/chat/${found[1]}${found[2] ? `?m=${found[2]}#m-${found[2]}` : ""}`);
}

older();
dress(log);
if (form) {
  form.addEventListener("submit", (event) => (event.preventDefault(), say()));
  $("entry").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say();
  });
  $("entry").addEventListener("input", grow);
  $("stop").addEventListener("click", () => live.send({ type: "stop" }));
  if (!$("entry").value) $("entry").value = store.get("draft") ?? ""; // somebody may have typed before this ran
  addEventListener("pagehide", keepDraft);
  addEventListener("signedout", keepDraft);
  pending = SESSION ? store.get("pending") : null;
  grow();
  show();
  if (!location.hash) $("entry").focus();
}
if (atEnd) toEnd();
point();
addEventListener("hashchange", () => (older(), point()));
