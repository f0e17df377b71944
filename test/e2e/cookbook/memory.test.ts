/** The set-up of the cookbook with workers that need more and more memory. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { info } from "../rpc.ts";
import { Setup } from "./setup.ts";

/** Takes 150 MB when it is told to, and ends what it is at before it stops. */
const WORKER = `
const fs = require("node:fs"), name = process.env.SUPERVISOR_PROCESS_NAME;
const note = (what) => fs.appendFileSync(process.env.JOURNAL, name + " " + what + "\\n");
if (name.endsWith("00")) globalThis.hoard = Buffer.alloc(150e6, 1);
note("begins");
process.on("SIGTERM", () => setTimeout(() => { note("ends its picture"); process.exit(0); }, 300));
setInterval(() => undefined, 1000);
`;

test("memory: the worker that has too much is started again when it has ended what it was at; the other runs on", async (t) => {
  const it = new Setup(t);
  await it.prepare("memory", { standIns: [], sooner: [["max_memory_restart=900MB", "max_memory_restart=120MB"]] });
  it.put("/srv/thumbnails/worker.js", WORKER);
  await it.start();
  const other = (await it.in("RUNNING", "thumbnails:thumbnails_01"))["pid"];
  const { pid } = await it.in("RUNNING", "thumbnails:thumbnails_00");
  assert.equal(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"), "500\n");
  await it.noted("thumbnails_00 begins", (await it.noted("thumbnails_00 ends its picture")) + 1);
  await it.another("thumbnails:thumbnails_00", pid);
  assert.equal((await info(it, "thumbnails:thumbnails_01"))["pid"], other);
  assert.match(await it.said("why", "thumbnails:thumbnails_00"), /^ {2}restarts +1 memory$/m);
});
