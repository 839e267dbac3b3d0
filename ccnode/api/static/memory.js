// What does the memory page do by itself? It shows what changed, and how long what is being forgotten can be kept.

import { $, guarded, live, refresh } from "./ui.js";

const again = guarded(() => refresh("forgetting", "list"));
live.on("changed", (what) => what.includes("memory") && again());
live.on("open", again);
setInterval(() => $("forgetting").childElementCount && document.visibilityState === "visible" && again(), 60_000);

// Whoever works with the keyboard goes on in the list when the button that was used is gone.
let last = null;
document.addEventListener("focusin", (event) => (last = event.target));
new MutationObserver(() => {
  if (last && !last.isConnected && document.activeElement === document.body) $("list").focus({ preventScroll: true });
}).observe($("main"), { childList: true, subtree: true });
