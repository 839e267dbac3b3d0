// What does the memory page do by itself? It shows how long what is forgotten can be kept, and takes notes.

import { $, asked, guarded, make, pressed, refresh, request, toast } from "./ui.js";

const again = guarded(() => refresh("forgetting", "list"));
setInterval(() => $("forgetting").childElementCount && document.visibilityState === "visible" && again(), 60_000);

// Whoever works with the keyboard goes on in the list when the button that was used is gone.
let last = null;
document.addEventListener("focusin", (event) => (last = event.target));
new MutationObserver(() => {
  if (last && !last.isConnected && document.activeElement === document.body) $("list").focus({ preventScroll: true });
}).observe($("main"), { childList: true, subtree: true });

let loading = false;
pressed("[data-edit]", async (button) => {
  const id = button.dataset.edit;
  if (loading) return;
  loading = true;
  const { memory } = await request("GET", `memory/${id}`).finally(() => (loading = false));
  const area = make("textarea", { name: "text", rows: "5", required: "" });
  area.value = memory.note && !memory.note.due ? memory.note.text : memory.text;
  const text = "It is recalled in these words from the next prompt on. What was said stays as it is, and can be recalled again.";
  const given = await asked({ title: "Remember it in other words", text, yes: "Remember", fields: { Note: area } });
  if (!given) return;
  await request("PUT", `memory/${id}/note`, { text: given.text.replaceAll("\r", "") });
  await again();
  toast("Noted.");
});
