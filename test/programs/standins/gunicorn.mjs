// Stands in for gunicorn: TERM lets the requests under way end, QUIT and INT do not, HUP takes up the code anew. `/slow` takes a while, `/health` asks
// the database if there is one, every other path tells the version of the code, which is the file `version` in its folder.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { ask, note, option, pause } from "./common.mjs";

const SLOW_MS = 800;
const bind = option("--bind") ?? "127.0.0.1:8000";
const path = bind.startsWith("unix:") ? bind.slice("unix:".length) : null;
const version = () => (existsSync("version") ? readFileSync("version", "utf8").trim() : "1");
let code = version();

const server = createServer((request, response) => void answer(request.url ?? "", response));
/** @param {string} url @param {import("node:http").ServerResponse} response */
async function answer(url, response) {
  if (url === "/slow") {
    note("a slow request begins");
    await pause(SLOW_MS);
  }
  const port = process.env["PGPORT"];
  const isWell = url !== "/health" || port === undefined || (await ask(Number(port), "select").catch(() => "")).startsWith("ok");
  response.writeHead(isWell ? 200 : 503, { Connection: "close" }).end(`${code} ${process.env["SUPERVISOR_PROCESS_NAME"]}\n`);
}

// What a run that was killed has left.
if (path !== null) rmSync(path, { force: true });
const [host = "", port = ""] = bind.split(":");
const began = () => note(`ready with ${code}`);
if (path === null) server.listen(Number(port), host, began);
else server.listen({ path, writableAll: true }, began);

process.on("SIGHUP", () => {
  code = version();
  note(`reloaded to ${code}`);
});
process.on("SIGTERM", () => {
  note("drains");
  server.close(() => {
    note("stopped");
    process.exit(0);
  });
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGQUIT"])) process.on(signal, () => process.exit(0));
