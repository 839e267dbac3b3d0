// How do conversations look? Elements made from values; text goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

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

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const BOTH = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

// A time as people read it: the clock for today, else the day (and, for a message, the clock).
export function moment(iso, older = DAY) {
  const when = new Date(iso);
  const today = when.toDateString() === new Date().toDateString();
  return make("time", { datetime: iso, title: WHOLE.format(when), text: (today ? CLOCK : older).format(when) });
}

export function day(iso) {
  return DAY.format(new Date(iso));
}

export function clip(text, length) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}

export function sessionItem(session, current) {
  const title = session.title || (session.messages ? "Untitled" : "Empty conversation");
  return make(
    "li",
    {},
    make(
      "a",
      { href: `#c=${session.session_id}`, "aria-current": current ? "page" : null },
      make("span", { class: "name", text: title }),
      make(
        "span",
        { class: "quiet" },
        moment(session.last),
        session.unanswered ? make("span", { class: "tag", text: "no answer yet" }) : null,
        session.ended ? make("span", { class: "tag", text: "ended" }) : null,
      ),
    ),
  );
}

// A message. `actions`: { source(message_id) -> promise of a source, answer() }.
export function messageItem(message, actions) {
  const own = message.role === "user";
  const who = own ? "You" : message.role === "assistant" ? "Assistant" : "Note";
  const head = make("p", { class: "who" }, make("strong", { text: who }), message.time ? moment(message.time, BOTH) : null);
  if (message.model) head.append(make("span", { text: message.model }));
  if (message.local) head.append(make("span", { text: "sending" }));
  const gone = message.altered ? "This message was altered since it was signed." : "This message was erased.";
  const text = message.text ?? gone;
  const body = make("div", { class: message.text === null ? "text gone" : "text", text });
  const item = make("li", { class: `message ${message.role}`, id: message.message_id ? `m-${message.message_id}` : null }, head, body);
  if (message.state === "interrupted") {
    item.append(make("p", { class: "aside", text: "This reply was interrupted; what there is of it was kept." }));
  }
  if (message.sources?.length) item.append(sourcesBlock(message.sources, actions));
  return item;
}

function sourcesBlock(sources, actions) {
  const count = sources.length;
  const list = make("ul");
  const block = make("details", { class: "sources" }, make("summary", { text: count === 1 ? "1 source" : `${count} sources` }), list);
  let filled = false;
  const fill = async () => {
    if (filled) return;
    filled = true;
    for (const source of sources) {
      const place = make("li", { text: "…" });
      list.append(place);
      Promise.resolve(typeof source === "string" ? actions.source(source) : source).then(
        (found) => place.replaceChildren(sourceLink(found)),
        (failure) => place.replaceChildren(make("span", { text: `This source cannot be shown. ${failure.message}` })),
      );
    }
  };
  block.addEventListener("toggle", () => block.open && fill());
  if (typeof sources[0] !== "string") {
    block.open = true;
    fill();
  }
  return block;
}

function sourceLink(source) {
  const quote = source.text ? `“${clip(source.text, 160)}”` : "a message that was erased";
  return make(
    "a",
    { href: `#c=${source.session_id}&m=${source.message_id}` },
    make("span", { text: `from: ${quote}, ` }),
    make("time", { datetime: source.time, text: day(source.time) }),
  );
}

export function replyItem() {
  const text = make("div", { class: "text" });
  const head = make("p", { class: "who" }, make("strong", { text: "Assistant" }), make("span", { class: "writing", text: "is writing" }));
  return { item: make("li", { class: "message assistant live", "aria-busy": "true" }, head, text), text };
}

export function waitingItem(failure, answer) {
  const said = failure ? `This question has no answer yet. ${failure.message}` : "This question has no answer yet.";
  return make(
    "li",
    { class: "waiting" },
    make("p", { text: said }),
    failure?.remedy ? make("p", { class: "quiet", text: failure.remedy }) : null,
    make("button", { type: "button", text: "Answer now", onclick: answer }),
  );
}
