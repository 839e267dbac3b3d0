// What do the pages of conversations do by themselves? They rename, merge, and slide through the past.

import { $, asked, make, pressed, refresh, renamed, request, toast } from "./ui.js";

const find = $("find");
if (find) find.elements.zone.value = -new Date().getTimezoneOffset();

pressed("[data-rename]", async (button) => {
  if (!(await renamed(button.dataset.rename))) return;
  await refresh("about");
  toast("It was renamed.");
});

pressed("[data-merge]", async (button) => {
  const { merge, to } = button.dataset;
  const name = (one) => `“${one.closest("li").querySelector(".name").textContent}”`;
  const also = [...document.querySelectorAll("[data-merge]")].filter((one) => one !== button);
  const fields = { "What to heed, if anything": make("input", { name: "content", maxlength: "2000" }) };
  also.forEach((one, at) => (fields[`${at + 2}: ${name(one)}`] = make("input", { type: "checkbox", name: one.dataset.merge })));
  const text = "The assistant is asked in this conversation what each branch holds, and what holds now. Its reply rests on the newest message of each. Every branch stays as it is.";
  const given = await asked({ title: `Merge ${name(button)} into this one?`, text, yes: "Merge", fields });
  if (!given) return;
  await request("POST", `conversation/${to}/merge`, { branches: [merge, ...also.map((one) => one.dataset.merge).filter((id) => given[id])], content: given.content.trim() || undefined }, true);
  location.assign(`/chat/${to}`); // where its reply is shown as it comes
});

// --- the past ---

const past = $("past");
if (past) {
  const from = Date.parse(past.dataset.from);
  const to = Date.parse(past.dataset.to);
  const moment = past.elements.at;
  const slider = $("slide").querySelector("input");
  const show = (exact) => {
    const time = Math.ceil(exact / 1000) * 1000; // whole seconds, so that what was said within one is there
    const local = new Date(time - new Date(time).getTimezoneOffset() * 60000);
    moment.value = local.toISOString().slice(0, 19);
  };
  const words = () => slider.setAttribute("aria-valuetext", new Date(moment.value).toLocaleString());
  slider.addEventListener("input", () => (show(from + ((to - from) * slider.value) / 1000), words()));
  moment.addEventListener("input", () => {
    const share = (Date.parse(moment.value) - from) / (to - from || 1);
    slider.value = Math.round(1000 * Math.min(1, Math.max(0, share)));
    words();
  });
  show(to);
  words();
  $("slide").hidden = false;
  past.addEventListener("submit", (event) => {
    event.preventDefault(); // the node wants the moment in UTC
    location.assign(`${past.action}?at=${encodeURIComponent(new Date(moment.value).toISOString())}`);
  });
}

// --- the tree ---

$("tree")?.addEventListener("keydown", (event) => {
  const links = [...$("tree").querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined || !links[to]) return;
  event.preventDefault();
  links[to].focus();
});
