// Stands in for Laravel's artisan. A queue worker takes jobs from the folder `queue`, one at a time; TERM lets it end the job under way, and the file
// `restart` (artisan queue:restart) ends it between two jobs, with 0. A job goes on until its worker is to end, and a while longer: however fast or
// slow the machine is, the worker is at one then. schedule:run is over in a moment.
import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { note, pause } from "./common.mjs";

/** So long a job goes on when its worker is to end. */
const REST_MS = 300;
const [, , , command = ""] = process.argv;
const began = Date.now();
let isStopping = false;

if (command === "migrate" && existsSync("no-database")) {
  note("failed");
  process.exitCode = 1;
} else if (command === "migrate" || command === "schedule:run") note(command);
else if (command === "queue:restart") writeFileSync("restart", "");
else if (command === "queue:work") await work();
else process.exit(1);

async function work() {
  process.on("SIGTERM", () => {
    note("was told to stop");
    isStopping = true;
  });
  note("ready");
  while (!isToEnd()) {
    const job = (existsSync("queue") ? readdirSync("queue") : []).find(take);
    if (job === undefined) await pause(50);
    else await run(job);
  }
  note("stopped");
  process.exit(0);
}

function isToEnd() {
  return isStopping || (existsSync("restart") && statSync("restart").mtimeMs > began);
}

/** Several workers look into one folder: who renames the job has it. @param {string} job */
function take(job) {
  try {
    renameSync(`queue/${job}`, `taken/${job}`);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} job */
async function run(job) {
  note(`begins ${job}`);
  while (!isToEnd()) await pause(20);
  await pause(REST_MS);
  note(`ends ${job}`);
}
