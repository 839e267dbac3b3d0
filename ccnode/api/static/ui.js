// What do all pages share? The menu, the live socket, toasts with undo, questions before what cannot be undone.
//
//   live.on("changed", (what) => ...)   what: an array of "sessions", "messages", "memory", "imports"; see docs/API.md
//   refresh("id", ...)            fetch this page again and put in what changed in these elements
//   toast(text, { undo })         `undo`: a function; the toast then has an "Undo" button
//   confirmed({ title, text, yes, danger }) -> promise of true or false
//   guarded(action)               an action whose Failures are shown in #notice
//   pressed("[data-x]", action)   what is pressed that fits
// Without a script of its own a page can have: <section id="parts" data-of="memory peers">, put in anew when one of these
// has changed, and when the line is open again; <button data-call="PUT path" data-body='{"..."}' data-confirm="Question?"
// data-yes="Forget" data-done="What to say then" data-undo data-refresh="id id" data-then="/address to go to then">
// and <form method="dialog" data-send="PUT path">, whose fields are the body, with the same; data-text is its button's.

import { Failure, Line, fetchPage, randomKey, request } from "./link.js";
import { useLink, watch } from "./signin.js";

export { Failure, Line, fetchPage, randomKey, request };

export const $ = (id) => document.getElementById(id);

// An element from values; text goes in as text, never as markup.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// --- times: the node speaks UTC, people live in a zone ---

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const STYLES = { clock: format({ timeStyle: "short" }), day: format({ dateStyle: "medium" }), both: format({ dateStyle: "medium", timeStyle: "short" }) };
const WHOLE = format({ dateStyle: "full", timeStyle: "medium" });

export function localize(root = document) {
  for (const element of root.querySelectorAll("time[data-as]")) {
    const moment = new Date(element.dateTime);
    const today = moment.toDateString() === new Date().toDateString();
    const style = element.dataset.as === "ago" ? (today ? "clock" : "day") : element.dataset.as === "both" && today ? "clock" : element.dataset.as;
    element.textContent = STYLES[style].format(moment);
    element.title = WHOLE.format(moment);
    delete element.dataset.as;
  }
}

// --- what went wrong, what was done ---

export function fail(failure) {
  if (!(failure instanceof Failure)) throw failure;
  if (failure.status === 401) return void signedOut("You are signed out: the node was restarted, or the sign-in has expired.");
  const notice = $("notice");
  notice.replaceChildren(make("strong", { text: failure.message }), make("span", { text: failure.remedy }));
  notice.hidden = false;
  notice.scrollIntoView({ block: "nearest" });
}

export const calm = () => ($("notice").hidden = true);

export const guarded = (action) => async (...given) => {
  try {
    return await action(...given);
  } catch (failure) {
    fail(failure);
  }
};

export function toast(text, { undo, seconds = undo ? 12 : 5 } = {}) {
  const close = () => item.remove();
  const button = undo && make("button", { text: "Undo", onclick: () => (close(), guarded(undo)()) });
  const item = make("div", { class: "toast" }, make("span", { class: "grow", text }), button || null);
  $("toasts").append(item);
  setTimeout(close, seconds * 1000);
}

// A dialog with the given fields, by their labels; a promise of their values, null where it was left, or another is open.
export async function asked({ title, text, yes = "Yes", danger = false, fields = {} }) {
  if (document.querySelector("dialog[open]")) return null;
  const labelled = Object.entries(fields).map(([name, field]) => make("label", { class: "f" }, make("span", { text: name }), field));
  const form = make("form", { method: "dialog" }, make("h2", { text: title, id: "dialog-title" }), text ? make("p", { text }) : null, ...labelled);
  form.append(
    make("div", { class: "row" }, make("button", { value: "", class: "plain", text: "Cancel", formnovalidate: "" }), make("button", { value: "yes", class: danger ? "danger" : null, text: yes })),
  );
  const dialog = make("dialog", { "aria-labelledby": "dialog-title" }, form);
  // Enter in a field takes the first button there is: that must not be "Cancel".
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[value=yes]"));
  });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
      dialog.remove();
    });
  });
}

// Another title for the conversation at this address of the API; null where the dialog was left.
export async function renamed(path) {
  const field = make("input", { name: "title", required: "", maxlength: "200", value: $("title").textContent });
  const given = await asked({ title: "Rename this conversation", yes: "Rename", fields: { Title: field } });
  return given && (await request("PATCH", path, { title: given.title })).session;
}

export const confirmed = async (question) => (await asked(question)) !== null;

// --- pages that change ---

// Answers may overtake each other. `const answers = inOrder()` once, `const isNew = answers()` for each question; at its answer
// `isNew(name)` tells whether nothing newer was shown of what goes by this name.
export function inOrder() {
  const shown = {};
  let asked = 0;
  return (mine = ++asked) => (name) => mine > (shown[name] ?? 0) && (shown[name] = mine);
}

const answers = inOrder();

// Put the elements with these ids in anew from this page as it is now; what has focus keeps it, and what is being typed.
export const refresh = async (...ids) => ids.length && renew(location.pathname + location.search, ids);

export async function renew(path, ids, dress) {
  const isNew = answers();
  const found = await fetchPage(path);
  dress?.(found);
  const focused = document.activeElement?.id;
  for (const id of ids) {
    const fresh = found.getElementById(id);
    if (!isNew(id) || !fresh || !$(id) || $(id).querySelector("[type=password]")?.value) continue;
    localize(fresh);
    for (const one of fresh.querySelectorAll("details[id]")) one.open = $(one.id)?.open ?? one.open;
    if (!fresh.isEqualNode($(id))) $(id).replaceWith(fresh);
  }
  if (focused && document.activeElement?.id !== focused) $(focused)?.focus();
}

// Whatever is pressed that fits the selector, now or later: `action` gets it.
export const pressed = (selector, action) =>
  document.addEventListener("click", ({ target }) => {
    const found = target.closest?.(selector);
    if (found) guarded(action)(found);
  });

pressed("[data-call]", (button) => act(button, button.dataset.call, JSON.parse(button.dataset.body ?? "{}")));

document.addEventListener("submit", guarded(async (event) => {
  const { target: form, submitter } = event;
  if (!form.dataset.send) return;
  event.preventDefault();
  try {
    await act(form, form.dataset.send, fields(form, submitter), submitter ?? form);
  } catch (failure) {
    if (failure.code === "wrong_passphrase") form.elements.passphrase?.select();
    throw failure;
  }
}));

// A form's values by their names, an empty one as null.
export const fields = (form, submitter) =>
  Object.fromEntries([...new FormData(form, submitter)].map(([name, value]) => [name, (name === "passphrase" ? value : value.trim()) || null]));

// Ask, call and tell as the attributes of `one` say; what was answered, undefined where the question was left.
export async function act(one, call, body, button = one) {
  const { confirm: title, yes = button.textContent, done, undo, danger, then, refresh: ids } = one.dataset;
  if (one.busy || (title && !(await confirmed({ title, text: button.dataset.text, yes, danger: danger || one.classList.contains("danger") })))) return;
  const [method, path] = call.split(" ");
  const again = () => (ids ? refresh(...ids.split(" ")) : null);
  one.busy = one.disabled = true; // one press, one call
  try {
    const answer = await request(method, path, method === "DELETE" ? undefined : body);
    calm();
    if (one.elements?.passphrase) one.elements.passphrase.value = "";
    if (then !== undefined) return void location.assign(then || location.href.split("#")[0]);
    await again();
    if (done) toast(done, { undo: undo !== undefined && (async () => (await request("DELETE", path), again())) });
    return answer;
  } finally {
    one.busy = one.disabled = false;
  }
}

// --- the live socket ---

const listeners = {};
export const live = {
  line: null,
  // Call `listener` with what a form carries: "changed" (what), "form" (every form), "open", "state" (state, seconds).
  on(kind, listener) {
    (listeners[kind] ??= []).push(listener);
  },
  send(form) {
    return this.line?.send(form) ?? false;
  },
  // Connect, where `session` is given as that conversation's line too.
  connect(session = document.body.dataset.live) {
    this.line?.close();
    const line = new Line(`/ws/live${session ? `?session=${session}` : ""}`, {
      open: () => line === this.line && tell("open"),
      form: (form) => line === this.line && hear(form),
      state: (state, seconds) => linkState(state, seconds),
      refused: (failure) => (linkState("refused"), fail(failure)),
    });
    this.line = line;
  },
};

const follow = (what) => {
  const parts = [...document.querySelectorAll("[data-of]")].filter((one) => !what || one.dataset.of.split(" ").some((kind) => what.includes(kind)));
  return refresh(...parts.map((one) => one.id));
};
live.on("changed", follow);
live.on("open", () => follow());

function tell(kind, ...given) {
  for (const listener of listeners[kind] ?? []) {
    // Where the node cannot be reached the line says so already, and what is missed is read once it is open again.
    guarded(async () => {
      try {
        await listener(...given);
      } catch (failure) {
        if (failure.status !== 0) throw failure;
      }
    })();
  }
}

function hear(form) {
  if (form.type === "changed") tell("changed", form.what);
  else if (form.type === "state") tell("changed", ["state"]), problems(form);
  tell("form", form);
}

function problems(form) {
  $("problems")?.replaceChildren(...form.problems.map((one) => make("p", { class: "notice warn", text: one.message })));
}

let outage = false;
export function linkState(state, seconds, message) {
  const words = { open: message ?? "", connecting: outage ? "Connecting" : "", waiting: `Connection lost. Trying again in ${seconds} s`, refused: "Not connected" };
  outage = state !== "open" && (outage || state === "waiting");
  $("link-state").textContent = words[state];
  $("link-state").dataset.state = state;
}

// --- sign-in and menu ---

export function signedOut(message) {
  if ($("app").hidden) return;
  live.line?.close();
  dispatchEvent(new Event("signedout"));
  $("app").hidden = true;
  $("signin").hidden = false;
  $("signin-state").textContent = message;
  document.title = "ccnode";
  watch();
}

function showSide(open) {
  $("app").classList.toggle("side-open", open);
  $("open-side").setAttribute("aria-expanded", String(open));
  $("stage").inert = open;
  (open ? $("close-side") : $("open-side")).focus();
}

function bind() {
  document.documentElement.classList.add("js");
  $("open-side").addEventListener("click", () => showSide(true));
  $("close-side").addEventListener("click", () => showSide(false));
  const opened = () => $("app").classList.contains("side-open");
  $("app").addEventListener("click", (event) => {
    if (opened() && !$("side").contains(event.target) && event.target !== $("open-side")) showSide(false);
  });
  addEventListener("keydown", (event) => event.key === "Escape" && opened() && showSide(false));
  $("signin").addEventListener("submit", (event) => event.stopPropagation()); // no page's own form
  $("logout").addEventListener("click", guarded(async () => {
    await request("POST", "logout", {});
    signedOut("You are signed out.");
  }));
  addEventListener("hashchange", useLink);
}

bind();
localize();
useLink(); // a link is used up, even where it is not needed
// After the page's own module has said what it listens to.
addEventListener("DOMContentLoaded", () => {
  live.connect();
  document.body.dataset.ready = "yes";
});
