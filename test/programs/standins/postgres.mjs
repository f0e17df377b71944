// Stands in for PostgreSQL: its port is open before it takes queries, it says when it is ready, and INT is its fast shutdown. A query is a line.
import { appendFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { note } from "./common.mjs";

/** How long it recovers; its port answers meanwhile, as that of the real one. */
const RECOVERY_MS = 400;
const folder = process.argv[process.argv.indexOf("-D") + 1] ?? ".";
const data = path.join(folder, "queries");
let isReady = false;

mkdirSync(folder, { recursive: true });
const server = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.setEncoding("utf8").on("data", (text) => {
    const query = String(text).trim();
    if (!isReady) {
      socket.end("FATAL: the database system is starting up\n");
      return;
    }
    if (query !== "select") appendFileSync(data, `${query}\n`);
    socket.end("ok\n");
  });
});
server.listen(Number(process.env["PGPORT"] ?? 5432), "127.0.0.1", () => {
  note("listens");
  setTimeout(() => {
    isReady = true;
    note("ready");
    process.stderr.write("2026-11-29 14:00:00.000 UTC [1] LOG:  database system is ready to accept connections\n");
  }, RECOVERY_MS);
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGQUIT"])) {
  process.on(signal, () => {
    note(`stopped by ${signal}`);
    process.exit(0);
  });
}
