// What does a stranger's page do? It uses up a sign-in link, or waits until another tab has.

import { request } from "./link.js";

// Use the link in the address, if there is one: true, false, or a Failure.
export async function useLink() {
  const found = /^#signin=(.+)$/.exec(location.hash);
  if (!found) return false;
  history.replaceState(null, "", location.pathname + location.search); // the token leaves the address first of all
  try {
    await request("POST", "login", { token: decodeURIComponent(found[1]) });
    return true;
  } catch (failure) {
    return failure;
  }
}

// Load the page again once this browser is signed in: another tab may do it.
export function watch() {
  const timer = setInterval(async () => {
    if (document.visibilityState !== "visible") return;
    try {
      await request("GET", "conversations?limit=1");
      clearInterval(timer);
      location.reload();
    } catch {
      // not yet
    }
  }, 2000);
}

async function begin() {
  const used = await useLink();
  if (used === true) return void location.reload();
  if (used) document.getElementById("signin-state").textContent = `${used.message} ${used.remedy}`;
  watch();
}

if (!document.body.dataset.page) {
  addEventListener("hashchange", begin);
  begin();
}
