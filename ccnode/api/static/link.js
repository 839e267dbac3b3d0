// How does a page reach the node? Requests that name what went wrong, and a WebSocket that mends itself.

export class Failure extends Error {
  constructor(status, error) {
    super(sentence(error.message));
    this.status = status;
    this.code = error.code;
    this.remedy = sentence(error.remedy ?? "");
  }
}

// The node's errors are made to stand behind "ccnode: " in a terminal; a page wants whole sentences.
export function sentence(text) {
  const begun = String(text).replace(/^[a-z](?=[a-z'-]*[.,:;]?(\s|$))/, (first) => first.toUpperCase()); // but no file's name
  return !begun || /[.!?:]$/.test(begun) || /\bccnode [a-z -]+$/.test(begun) ? begun : `${begun}.`;
}

const reached = (path, options) =>
  fetch(path, { cache: "no-store", ...options }).catch(() => {
    throw new Failure(0, { code: "unreachable", message: "The node does not answer.", remedy: "Start it: ccnode run" });
  });

// Ask the node's API at a path below /api/v1/: JSON (or a file) in, JSON out; `begun`: only until a turn has begun. Throws Failure, whatever goes wrong.
export async function request(method, path, body, begun) {
  const options = { method, headers: { Accept: begun ? "application/x-ndjson" : "application/json" } };
  if (body instanceof Blob) {
    options.headers["Content-Type"] = "application/octet-stream";
    options.body = body;
  } else if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await reached(`/api/v1/${path}`, options);
  if (begun && response.ok) {
    const { value } = await response.body.getReader().read();
    const line = new TextDecoder().decode(value).split("\n")[0];
    if (/^{"type": ?"error"/.test(line)) throw new Failure(400, JSON.parse(line));
    return null;
  }
  const value = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Failure(response.status, value.error ?? { code: "http", message: `The node answered ${response.status}.` });
  }
  return value;
}

// A page of the node as a document. Throws Failure; 401 where the sign-in is over.
export async function fetchPage(path) {
  const response = await reached(path);
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!found.body.dataset.page) throw new Failure(401, { code: "not_signed_in", message: "You are signed out." });
  if (!response.ok) throw new Failure(response.status, { code: "http", message: found.querySelector(".lead")?.textContent ?? "" });
  return found;
}

export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15000;

// A WebSocket that mends itself. Calls `on.open()`, `on.form(form)`, `on.state(state, seconds)` with state one of
// "connecting", "open", "waiting", and `on.refused(failure)` when the node answers but will not have us.
export class Line {
  constructor(path, on) {
    this.path = path;
    this.on = on;
    this.closed = false;
    this.tries = 0;
    this.wake = () => {
      if (this.timer && document.visibilityState === "visible") this.connect();
    };
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    this.on.state("connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}`);
    let opened = false;
    this.socket = socket;
    socket.onopen = () => {
      opened = true;
      this.tries = 0;
      this.on.state("open");
      this.on.open();
    };
    socket.onmessage = (event) => {
      if (this.socket === socket && !this.closed) this.on.form(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (this.socket === socket && !this.closed) this.again(opened);
    };
  }

  async again(opened) {
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries) * (0.7 + Math.random() * 0.6);
    this.tries += 1;
    this.on.state("waiting", Math.max(1, Math.round(wait / 1000)));
    this.timer = setTimeout(() => this.connect(), wait);
    if (opened) return;
    // A WebSocket does not tell why it was refused; a request does.
    try {
      await request("GET", "conversations?limit=1");
    } catch (failure) {
      if (!this.closed && failure.status >= 400 && failure.status < 500) {
        clearTimeout(this.timer);
        this.on.refused(failure);
      }
    }
  }

  get open() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(form) {
    if (this.open) this.socket.send(JSON.stringify(form));
    return this.open;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.socket.close();
  }
}
