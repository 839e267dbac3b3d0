// What does the page do? It signs in, lists conversations, and talks in one of them.

import { Failure, Line, randomKey, request } from "./link.js";
import { $, clip, make, messageItem, replyItem, sessionItem, waitingItem } from "./view.js";

const PAGE = 50; // sessions fetched at once
const SHOWN = 200; // messages put on the page at once
const TEXT_BYTES_MAX = Number(document.body.dataset.textBytesMax);
const API = "/api/v1";

const sessions = { list: [], more: false };
// The conversation shown. `reply`: the text on its way; `pending`: what was sent and is not yet known to be recorded.
let talk = null;

// --- sign-in ---

async function signIn() {
  const found = /^#signin=(.+)$/.exec(location.hash);
  if (!found) return;
  history.replaceState(null, "", location.pathname); // the token leaves the address before anything else happens
  try {
    await request("POST", `${API}/login`, { token: decodeURIComponent(found[1]) });
    document.body.dataset.signedIn = "yes";
  } catch (failure) {
    if (document.body.dataset.signedIn !== "yes") signedOut(`${failure.message} ${failure.remedy}`);
  }
}

let lookTimer = null;

function signedOut(message = "") {
  talk?.line?.close();
  if (talk) talk.line = null;
  document.body.dataset.signedIn = "no";
  $("app").hidden = true;
  $("signin").hidden = false;
  $("signin-state").textContent = message;
  document.title = "ccnode";
  clearInterval(lookTimer);
  lookTimer = setInterval(lookAgain, 3000); // another tab may sign this browser in
}

async function lookAgain() {
  if (document.visibilityState !== "visible") return;
  try {
    await request("GET", `${API}/conversations?limit=1`);
  } catch {
    return;
  }
  if (document.body.dataset.signedIn === "yes") return;
  document.body.dataset.signedIn = "yes";
  await begin();
}

function fail(failure) {
  if (!(failure instanceof Failure)) throw failure;
  if (failure.status === 401) {
    signedOut("You are signed out: the node was restarted, or the sign-in has expired.");
    return;
  }
  const notice = $("notice");
  notice.replaceChildren(make("strong", { text: failure.message }), make("span", { text: failure.remedy }));
  notice.hidden = false;
}

function calm() {
  $("notice").hidden = true;
}

const guarded = (action) => async (...given) => {
  try {
    return await action(...given);
  } catch (failure) {
    fail(failure);
  }
};

// --- the list of conversations ---

const listSessions = guarded(async (offset = 0) => {
  const { sessions: found } = await request("GET", `${API}/conversations?limit=${PAGE}&offset=${offset}`);
  sessions.list = offset ? [...sessions.list, ...found] : found;
  sessions.more = found.length === PAGE;
  showSessions();
});

function showSessions() {
  $("sessions").replaceChildren(...sessions.list.map((one) => sessionItem(one, one.session_id === talk?.id)));
  $("more").hidden = !sessions.more;
}

function showSide(open) {
  $("app").classList.toggle("side-open", open);
  $("open-side").setAttribute("aria-expanded", String(open));
  $("talk").inert = open;
  if (open) $("close-side").focus();
}

// --- one conversation ---

function place() {
  const parts = new URLSearchParams(location.hash.slice(1));
  return { id: /^[0-9a-f-]{36}$/.test(parts.get("c") ?? "") ? parts.get("c") : null, message: parts.get("m") };
}

async function go() {
  const { id, message } = place();
  showSide(false);
  if (talk && talk.id === id) {
    if (message) point(message);
    return;
  }
  keepDraft();
  talk?.line?.close();
  calm();
  talk = { id, title: "", messages: [], shown: SHOWN, reply: null, pending: null, failure: null, turns: 0, goal: message };
  $("entry").value = sessionStorage.getItem(`draft-${id}`) ?? "";
  atEnd = true;
  grow();
  show();
  showSessions();
  if (id) connect();
  else linkState("");
}

function connect() {
  const mine = talk;
  mine.line = new Line(`/ws/conversation/${mine.id}`, {
    open: () => guarded(opened)(mine),
    form: (form) => talk === mine && hear(form),
    state: (state, seconds) => talk === mine && linkState(state, seconds),
    refused: (failure) => talk === mine && (linkState("refused"), fail(failure)),
  });
}

async function opened(mine) {
  mine.following = false;
  if (mine.pending) mine.line.send(mine.pending.form); // with its key: recorded once, however often it is sent
  await reload(mine);
}

async function reload(mine) {
  let state, turns;
  do {
    // What was read while a turn began or ended is out of date: it would take what was just heard off the page.
    turns = mine.turns;
    state = await request("GET", `${API}/conversation/${mine.id}`);
    if (talk !== mine) return;
  } while (mine.turns !== turns);
  mine.title = state.session.title;
  mine.messages = kept(mine.messages, state.messages);
  mine.unanswered = state.unanswered && !mine.pending;
  if (!state.running && !mine.pending) mine.reply = null;
  if (!state.unanswered) mine.failure = null;
  if (state.running) follow(mine);
  show();
  if (mine.goal) point(mine.goal);
}

// A message that is on the page already stays the same object, so that its element, and what is open in it, stays too.
function kept(old, fresh) {
  const known = new Map(old.map((one) => [one.message_id, one]));
  return fresh.map((one) => (known.get(one.message_id)?.text === one.text ? known.get(one.message_id) : one));
}

function follow(mine) {
  if (mine.following || mine.pending) return;
  mine.following = true;
  mine.reply ??= "";
  mine.line.send({ type: "resume" });
}

function hear(form) {
  const mine = talk;
  if (["accepted", "response", "error"].includes(form.type)) mine.turns += 1;
  switch (form.type) {
    case "accepted":
      mine.following = true;
      mine.reply = "";
      mine.unanswered = false;
      mine.failure = null;
      calm();
      recorded(mine, form);
      show();
      break;
    case "delta":
      write(mine, form.content);
      break;
    case "status":
      if (form.running) follow(mine);
      else linkState("open", 0, form.message);
      break;
    case "response":
      answered(mine, form);
      break;
    case "error":
      failed(mine, form);
      break;
  }
}

function recorded(mine, form) {
  if (mine.pending) {
    const { content } = mine.pending.form;
    mine.pending = null;
    if (!mine.messages.some((one) => one.message_id === form.message_id)) {
      mine.messages.push({ message_id: form.message_id, seq: form.seq, role: "user", text: content, time: new Date().toISOString() });
    }
  } else if (mine.messages.at(-1)?.message_id !== form.message_id) {
    guarded(reload)(mine); // asked elsewhere, or answered anew
  }
}

function answered(mine, form) {
  const { content: text, ...rest } = form;
  const reply = { ...rest, role: "assistant", text, time: new Date().toISOString() };
  const before = mine.messages.findIndex((one) => one.message_id === form.user_message_id);
  const known = mine.messages.findIndex((one) => one.message_id === form.message_id);
  if (known >= 0) mine.messages[known] = { ...mine.messages[known], sources: form.sources };
  else if (before >= 0) mine.messages.splice(before + 1, mine.messages.length, reply);
  else mine.messages.push(reply);
  mine.reply = null;
  mine.following = mine.unanswered = false;
  mine.failure = null;
  linkState("open");
  showAnswering(form.model);
  show();
  $("spoken").textContent = `Assistant: ${text}`;
  listSessions();
}

function failed(mine, form) {
  const failure = new Failure(400, form);
  if (form.code === "busy" && mine.following) return;
  mine.reply = null;
  mine.following = false;
  linkState("open");
  if (mine.pending && !form.kept) {
    // It was not recorded: it goes back to where it was written.
    if (!$("entry").value) $("entry").value = mine.pending.form.content;
    mine.pending = null;
    grow();
  }
  mine.failure = form.kept ? failure : null;
  mine.unanswered = mine.messages.at(-1)?.role === "user";
  if (!form.kept) {
    fail(failure);
    if (form.code === "conflict") guarded(reload)(mine); // the conversation is not what we thought
  }
  show();
}

// --- showing it ---

const actions = {
  source: async (id) => (await request("GET", `${API}/message/${id}`)).message,
};
const elements = new WeakMap();
let live = null;
let atEnd = true; // whether the reader is at the end, and wants to stay there

function elementOf(message) {
  if (!elements.has(message)) elements.set(message, messageItem(message, actions));
  return elements.get(message);
}

// Make the list's children these, touching only what differs: what is focused or selected stays so.
function arrange(list, items) {
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  while (list.children.length > items.length) list.lastChild.remove();
}

function show() {
  const items = talk.messages.slice(-talk.shown).map(elementOf);
  if (talk.pending) items.push(messageItem({ role: "user", text: talk.pending.form.content, local: true }, actions));
  live = null;
  if (talk.reply !== null) {
    live = replyItem();
    live.text.textContent = talk.reply;
    items.push(live.item);
  } else if (talk.unanswered && !talk.pending) {
    items.push(waitingItem(talk.failure, guarded(answerNow)));
  }
  arrange($("log"), items);
  $("earlier").hidden = talk.messages.length <= talk.shown;
  $("title").textContent = talk.title || (talk.id ? "Untitled" : "New conversation");
  document.title = talk.title ? `${clip(talk.title, 60)} · ccnode` : "ccnode";
  $("empty").hidden = items.length > 0;
  $("empty").textContent = talk.id ? "Nothing was said here yet." : "Say something. It will be remembered, on this machine, and can be proven later.";
  $("stop").hidden = talk.reply === null;
  $("send").hidden = talk.reply !== null;
  $("send").disabled = talk.pending !== null;
}

function write(mine, piece) {
  if (mine.reply === null) mine.reply = "";
  mine.reply += piece;
  if ($("link-state").textContent) linkState("open"); // what was waited for has come
  if (!live) show();
  else live.text.append(piece);
}

function nearEnd() {
  const box = $("scroll");
  return box.scrollHeight - box.scrollTop - box.clientHeight < 120;
}

function toEnd() {
  atEnd = true;
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

function point(message) {
  const index = talk.messages.findIndex((one) => one.message_id === message);
  if (index < 0) return;
  talk.goal = null;
  atEnd = false;
  if (talk.messages.length - index > talk.shown) {
    talk.shown = talk.messages.length - index + 10;
    show();
  }
  const item = $(`m-${message}`);
  item.classList.add("pointed");
  item.setAttribute("tabindex", "-1");
  item.scrollIntoView({ block: "center" });
  item.focus({ preventScroll: true });
}

function linkState(state, seconds, message) {
  const words = {
    "": "",
    open: message ?? "",
    connecting: "Connecting",
    waiting: `Connection lost. Trying again in ${seconds} s`,
    refused: "Not connected",
  };
  $("link-state").textContent = words[state];
  $("link-state").dataset.state = state;
}

// --- saying something ---

function keepDraft() {
  if (!talk) return;
  if ($("entry").value) sessionStorage.setItem(`draft-${talk.id}`, $("entry").value);
  else sessionStorage.removeItem(`draft-${talk.id}`);
}

function grow() {
  const entry = $("entry");
  entry.style.height = "auto";
  entry.style.height = `${Math.min(entry.scrollHeight + 2, innerHeight * 0.4)}px`;
}

const say = guarded(async () => {
  const content = $("entry").value;
  if (!content.trim() || talk.pending || talk.reply !== null) return;
  const size = new TextEncoder().encode(content).length;
  if (size > TEXT_BYTES_MAX) {
    throw new Failure(413, { message: `This message is too long (${size} bytes of ${TEXT_BYTES_MAX}).`, remedy: "Send it in parts." });
  }
  calm();
  const mine = talk;
  mine.pending = { form: { type: "message", content, idempotency_key: randomKey() } };
  $("entry").value = "";
  sessionStorage.removeItem(`draft-${mine.id}`);
  grow();
  show();
  toEnd();
  if (mine.id) {
    mine.line?.send(mine.pending.form); // where the line is down, it is sent once it is up again
    return;
  }
  try {
    const { session_id: id } = await request("POST", `${API}/conversation/start`, { title: clip(content, 60) });
    if (talk !== mine) return;
    mine.id = id;
    mine.title = clip(content, 60);
    history.pushState(null, "", `#c=${id}`);
    connect();
    listSessions();
  } catch (failure) {
    $("entry").value = content;
    mine.pending = null;
    show();
    throw failure;
  }
});

async function answerNow() {
  talk.failure = null;
  talk.unanswered = false;
  talk.reply = "";
  talk.following = true;
  if (!talk.line?.send({ type: "resume" })) {
    talk.reply = null;
    talk.unanswered = true;
    talk.following = false;
  }
  show();
}

const showModel = guarded(async () => {
  const status = await request("GET", `${API}/status`);
  $("node-name").textContent = status.name || "ccnode";
  const model = typeof status.model === "string" ? status.model : (status.model?.name ?? "");
  showAnswering(model);
});

function showAnswering(model) {
  $("model").textContent = model ? `Answered by ${model}` : "";
}

// --- beginning ---

let bound = false;

function bind() {
  if (bound) return;
  bound = true;
  addEventListener("hashchange", async () => {
    if (location.hash.startsWith("#signin=")) return void start();
    await go();
  });
  addEventListener("pagehide", keepDraft);
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    say();
  });
  $("entry").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say();
  });
  $("entry").addEventListener("input", grow);
  $("scroll").addEventListener("scroll", () => (atEnd = nearEnd()));
  new ResizeObserver(() => atEnd && toEnd()).observe($("log"));
  $("stop").addEventListener("click", () => talk.line?.send({ type: "stop" }));
  $("earlier").addEventListener("click", () => {
    talk.shown += SHOWN;
    show();
  });
  $("more").addEventListener("click", () => listSessions(sessions.list.length));
  $("new").addEventListener("click", () => {
    if (location.hash) history.pushState(null, "", location.pathname);
    go();
    $("entry").focus();
  });
  addEventListener("popstate", () => go());
  $("open-side").addEventListener("click", (event) => (event.stopPropagation(), showSide(true)));
  $("app").addEventListener("click", (event) => {
    if ($("app").classList.contains("side-open") && !$("side").contains(event.target)) showSide(false);
  });
  $("close-side").addEventListener("click", () => (showSide(false), $("open-side").focus()));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $("app").classList.contains("side-open")) {
      showSide(false);
      $("open-side").focus();
    }
  });
  $("logout").addEventListener("click", guarded(async () => {
    await request("POST", `${API}/logout`, {});
    signedOut("You are signed out.");
  }));
}

async function begin() {
  clearInterval(lookTimer);
  $("signin").hidden = true;
  $("app").hidden = false;
  bind();
  await Promise.all([listSessions(), showModel()]);
  if (talk?.id && !talk.line) connect(); // signed in again: where we were
  else await go();
  $("entry").focus();
}

async function start() {
  await signIn();
  if (document.body.dataset.signedIn === "yes") await begin();
  else if (!lookTimer) signedOut();
}

start();
