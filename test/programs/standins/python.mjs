// Stands in for Django's manage.py: a migration that needs a database which takes queries, and fails when the test wants it to.
import { existsSync } from "node:fs";
import { ask, note, pause } from "./common.mjs";

if (process.argv[3] !== "migrate") process.exit(2);
note("begins");
const answer = await ask(Number(process.env["PGPORT"]), "migration").catch((error) => String(error));
await pause(200);
if (answer !== "ok" || existsSync("broken-migration")) {
  process.stderr.write(`django.db.utils.OperationalError: ${answer}\n`);
  note("failed");
  process.exit(1);
}
note("done");
