// Stands in for Celery. The worker takes tasks from the queue one after the other, in a child of its pool; TERM is its warm shutdown, which lets the
// task under way end. It ends when there is no broker. The beat puts a task into the queue now and then.
import { spawn } from "node:child_process";
import { ask, note, pause } from "./common.mjs";

const TASK_MS = 700;
const BEAT_MS = 300;
const role = process.argv.includes("beat") ? "beat" : "worker";
const broker = Number(new URL(process.env["CELERY_BROKER_URL"] ?? "").port);
let isStopping = false;

await ask(broker, "LLEN celery").catch((error) => {
  note("has no broker");
  process.stderr.write(`consumer: Cannot connect to ${process.env["CELERY_BROKER_URL"]}: ${error}\n`);
  process.exit(1);
});
process.on("SIGTERM", () => {
  process.stderr.write(`${role}: Warm shutdown (MainProcess)\n`);
  note("warm shutdown");
  isStopping = true;
});
if (role === "worker") spawn("sleep", ["1000"], { stdio: "ignore" }).unref();
process.stderr.write(`[2026-11-29 14:00:00,000: INFO/MainProcess] ${role}@host ready.\n`);
note("ready");
for (let n = 1; !isStopping; n++) {
  if (role === "beat") await ask(broker, `LPUSH celery task-${n}`);
  else await work(await ask(broker, "RPOP celery"));
  await pause(role === "beat" ? BEAT_MS : 50);
}
note("stopped");
process.exit(0);

/** @param {string} task */
async function work(task) {
  if (task === "$-1") return;
  note(`begins ${task}`);
  await pause(TASK_MS);
  note(`ends ${task}`);
}
