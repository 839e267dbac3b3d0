// What does the character page do by itself? It shows what was measured meanwhile, and has a baseline signed.

import { $, calm, confirmed, fail, guarded, live, refresh, request, toast } from "./ui.js";

const PARTS = ["lead", "alarm", "now", "drift", "events", "relations", "phi"];
// What is being typed there stays: the form comes anew only when a baseline was signed, or nothing is in it.
const again = () => refresh(...PARTS, ...($("passphrase")?.value ? [] : ["base"]));

document.addEventListener("submit", guarded(async (event) => {
  if (event.target.id !== "sign") return;
  event.preventDefault();
  const source = event.submitter?.value ?? "now";
  const passphrase = $("passphrase");
  const text = source === "now" ? "From now on drift is measured against what is measured now." : "From now on drift is measured against the mean of the first ten windows.";
  if (!(await confirmed({ title: "Sign this baseline?", text, yes: "Sign it" }))) return;
  try {
    await request("PUT", "character/baseline", { source, passphrase: passphrase?.value });
  } catch (failure) {
    if (failure.code === "wrong_passphrase") passphrase?.select();
    return fail(failure);
  }
  if (passphrase) passphrase.value = "";
  calm();
  await again();
  toast("The baseline is signed.");
}));

live.on("changed", (what) => what.some((one) => one === "character" || one === "plate") && again());
live.on("open", again);
