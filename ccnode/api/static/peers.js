// What does the page of other nodes do by itself? It sends its forms; core takes the owner key, a code for it a word.

import { $, asked, calm, fields, guarded, make, refresh, request } from "./ui.js";

document.addEventListener("submit", guarded(async (event) => {
  const form = event.target;
  const [method, path] = form.dataset.pair?.split(" ") ?? [];
  if (!path) return;
  event.preventDefault();
  const body = fields(form);
  if (body.tier === "core") {
    const field = make("input", { name: "passphrase", type: "password", autocomplete: "off" });
    const given = await asked({ title: "Another node of yours?", text: "It will read and write everything.", fields: { "Owner passphrase, if there is one": field } });
    if (!given) return;
    body.passphrase = given.passphrase || null;
  } else if (form.querySelector("[value=core][selected]") && method === "PUT") {
    if (!(await asked({ title: "No node of yours any more?", text: "It gets nothing of what you say from now on. What it holds stays there.", danger: true }))) return;
  }
  if (path === "invitations") body.picture = true;
  if (form.busy) return; // one press, one code
  form.busy = true;
  const consented = async (failure) => {
    if (failure.code !== "needs_consent") throw failure;
    const joins = await asked({ title: "Join as core?", text: failure.message, yes: "Join", danger: true });
    return joins && request(method, path, { ...body, tier: "core" });
  };
  const answer = await request(method, path, body).catch(consented).finally(() => { form.busy = false; });
  if (!answer) return;
  calm();
  form.reset(); // a code is of no use again
  const { invitation } = answer;
  if (invitation) $("code").replaceChildren(make("p", { text: "On the other node, once, within a day:" }), make("code", { text: `ccnode peer join ${invitation.code}` }), make("img", { src: invitation.picture, alt: "The code as a picture" }));
  await refresh("peers");
}));
