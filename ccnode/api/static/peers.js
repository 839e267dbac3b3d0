// What does the page of other nodes do by itself? It sends its forms; core takes the owner key.

import { $, asked, calm, guarded, live, make, refresh, request } from "./ui.js";

document.addEventListener("submit", guarded(async (event) => {
  const { send } = event.target.dataset;
  if (!send) return;
  event.preventDefault();
  const body = Object.fromEntries(new FormData(event.target));
  if (body.tier === "core") {
    const field = make("input", { name: "passphrase", type: "password", autocomplete: "off" });
    const given = await asked({ title: "Another node of yours?", text: "It will read and write everything.", fields: { "Owner passphrase, if there is one": field } });
    if (!given) return;
    body.passphrase = given.passphrase || null;
  } else if (event.target.querySelector("[value=core][selected]") && send.startsWith("PUT")) {
    if (!(await asked({ title: "No node of yours any more?", text: "It gets nothing of what you say from now on. What it holds stays there.", danger: true }))) return;
  }
  const [method, path] = send.split(" ");
  if (path === "invitations") body.picture = true;
  const form = event.target;
  if (form.busy) return; // one press, one code
  form.busy = true;
  const consented = async (failure) => {
    if (failure.code !== "needs_consent") throw failure;
    const joins = await asked({ title: "Become its owner's?", text: failure.message, yes: "Join as core", danger: true });
    return joins ? request(method, path, { ...body, tier: "core" }) : {};
  };
  const { invitation } = await request(method, path, body).catch(consented).finally(() => { form.busy = false; });
  calm();
  if (invitation) $("code").replaceChildren(make("p", { text: "On the other node, once, within a day:" }), make("code", { text: `ccnode peer join ${invitation.code}` }), make("img", { src: invitation.picture, alt: "The code as a picture" }));
  await refresh("peers");
}));

live.on("changed", (what) => what.includes("peers") && refresh("peers"));
live.on("open", () => refresh("peers"));
