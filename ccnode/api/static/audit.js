// What does the audit page do by itself? It follows a verification, and shows what was written meanwhile.

import { $, inOrder, live, refresh, request } from "./ui.js";

const NUMBER = new Intl.NumberFormat("en");

live.on("changed", async (what) => {
  if (what.includes("audit")) await follow();
  if (what.includes("chains")) await refresh("chains", ...($("log").hasAttribute("data-fixed") ? [] : ["log", "pager"]));
});
live.on("open", follow); // what happened while nobody listened

const answers = inOrder();

// Only the bar moves while a verification runs: a whole new part would be read out at each step.
async function follow() {
  const isNew = answers();
  const now = await request("GET", "audit");
  if (!isNew("audit")) return;
  const bar = $("bar");
  if (now.state !== "running" || !bar) return refresh("verdict", "chains");
  bar.max = now.entries || 1;
  bar.value = now.entries_done;
  $("done").textContent = NUMBER.format(now.entries_done);
}
