// Where the page begins: unpack its data, and open the classroom.

import { startClassroom } from "./classroom.js";
import { element, replace } from "./dom.js";
import { unpack } from "./packing.js";
import { words } from "./words.js";

async function start() {
  const root = document.getElementById("page");
  try {
    const data = JSON.parse(new TextDecoder().decode(await unpack(document.getElementById("data").textContent)));
    globalThis.classroom = startClassroom(data, root);
  } catch (problem) {
    replace(root, element("p", { role: "alert" }, words.cannotStart), element("pre", {}, String(problem?.message ?? problem)));
    throw problem;
  }
}

start();
