// What does the page of conversations do by itself? It shows what changed.

import { live, refresh } from "./ui.js";

live.on("changed", (what) => what.includes("sessions") && refresh("list"));
