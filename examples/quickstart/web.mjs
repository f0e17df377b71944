// A web server that tells who it is. Stops in order when it is asked to.
import { createServer } from "node:http";

const port = Number(process.env["PORT"] ?? 8080);
let served = 0;

const server = createServer((request, response) => {
  served++;
  console.log(`${request.method} ${request.url}`);
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`Hello from pid ${process.pid}, up for ${Math.round(process.uptime())} s, request number ${served}.\n`);
});

server.on("error", (error) => {
  console.error(`cannot listen on port ${port}: ${error.message}`);
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
process.on("SIGTERM", () => {
  console.log("stopping");
  server.close();
  server.closeIdleConnections();
});
