// What does the node page do by itself? It saves the model and the settings, and shows how the node is.

import { $, calm, guarded, live, refresh, request, toast } from "./ui.js";

document.addEventListener("submit", guarded(async (event) => {
  const form = event.target;
  if (form.closest("dialog")) return;
  event.preventDefault();
  const value = Object.fromEntries(new FormData(form));
  if (form.id === "choose") {
    await request("PUT", "model", { adapter: value.adapter, model: value.model.trim() || null });
    await refresh("model");
    toast("The next reply comes from there.");
  } else {
    await request("PATCH", "settings", { key: form.dataset.key, value: value.value.trim() });
    await refresh("settings");
    toast("Saved. It holds from now on.");
  }
  calm();
}));

live.on("changed", (what) => {
  if (what.includes("backups")) return refresh("backups", "room");
  if (what.includes("messages")) return refresh("since", "cost");
});
live.on("node", () => refresh("state", "model"));
live.on("open", () => refresh("since", "cost", "backups", "room", "settings"));
