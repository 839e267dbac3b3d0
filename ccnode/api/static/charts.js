// What do charts do by themselves? They say the value that is pointed at, or that the arrow keys are at.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

let shown = null; // what is shown, by its plot's id and its place there

function show(plot, hit) {
  shown = hit && { id: plot.id, at: [...plot.querySelectorAll(".hit")].indexOf(hit), hit };
  plot.querySelector(".hit.on")?.classList.remove("on");
  hit?.classList.add("on");
  plot.parentElement.querySelector(".told").textContent = hit?.querySelector("title").textContent ?? "";
}

document.addEventListener("pointerover", (event) => {
  const hit = event.target.closest?.(".plot .hit");
  if (hit) show(hit.closest(".plot"), hit);
});

document.addEventListener("keydown", (event) => {
  const plot = event.target;
  if (!plot.classList?.contains("plot") || event.ctrlKey || event.altKey || event.metaKey) return;
  const hits = [...plot.querySelectorAll(".hit")];
  const at = hits.findIndex((hit) => hit.classList.contains("on"));
  const from = at < 0 && STEPS[event.key] < 0 ? hits.length : at;
  const to = { Home: 0, End: hits.length - 1 }[event.key] ?? from + STEPS[event.key];
  if (event.key === "Escape") return show(plot, null);
  if (Number.isNaN(to)) return;
  event.preventDefault();
  show(plot, hits[Math.min(hits.length - 1, Math.max(0, to))]);
});

// Where the page was put in anew with it, it stays shown.
new MutationObserver(() => {
  const plot = shown && !shown.hit.isConnected && document.getElementById(shown.id);
  if (plot) show(plot, plot.querySelectorAll(".hit")[shown.at]);
}).observe(document.getElementById("main"), { childList: true, subtree: true });
