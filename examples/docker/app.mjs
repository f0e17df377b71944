// What the examples run: a web server that says hello, and a line for each request. PORT is where it listens.
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 8080);
const server = createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  response.end("hello\n");
});
server.listen(port, () => console.log(`listening on ${port} as user ${process.getuid()}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
