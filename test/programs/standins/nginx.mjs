// Stands in for nginx as a proxy: it passes requests to the servers of its `upstream` in turn, and to the next one where it cannot connect. QUIT lets the
// requests under way end, HUP reads its configuration again.
import { readFileSync } from "node:fs";
import { request as ask, createServer } from "node:http";
import { note } from "./common.mjs";

const file = process.argv[process.argv.indexOf("-c") + 1] ?? "";
const read = () => {
  const text = readFileSync(file, "utf8");
  const [, host, port] = /listen ([\d.]+):(\d+);/.exec(text) ?? [];
  return { host, port: Number(port), servers: [...text.matchAll(/server unix:(\S+?)[ ;]/g)].map(([, path = ""]) => path) };
};
let configuration = read();
let turn = 0;

const server = createServer((request, response) => pass(request, response, 0));
/**
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {number} tried
 */
function pass(request, response, tried) {
  const { servers } = configuration;
  if (tried === servers.length) {
    response.writeHead(502).end();
    return;
  }
  const { method, url, headers } = request;
  const to = ask({ socketPath: servers[turn++ % servers.length], method, path: url, headers, agent: false });
  // What was sent is not sent again: only who was not reached is no failure.
  let isReached = false;
  to.on("socket", (socket) => {
    socket.on("connect", () => {
      isReached = true;
      request.pipe(to);
    });
  });
  to.on("response", (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, { Connection: "close" })));
  to.on("error", () => (isReached ? response.writeHead(502).end() : pass(request, response, tried + 1)));
}
server.listen(configuration.port, configuration.host, () => note("ready"));
process.on("SIGHUP", () => {
  configuration = read();
  note("reloaded");
});
process.on("SIGQUIT", () => {
  note("drains");
  server.close(() => {
    note("stopped");
    process.exit(0);
  });
});
process.on("SIGTERM", () => process.exit(0));
