// Stands in for Redis, as far as a queue needs it: LPUSH and RPOP by lines, answers as in its protocol but on one line.
import { createServer } from "node:net";
import { note, option } from "./common.mjs";

/** @type {Map<string, string[]>} */
const lists = new Map();

createServer((socket) => {
  socket.on("error", () => undefined);
  socket.setEncoding("utf8").on("data", (text) => {
    const [command = "", key = "", value = ""] = String(text).trim().split(" ");
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    if (command === "LPUSH") socket.write(`:${list.unshift(value)}\r\n`);
    else if (command === "RPOP") socket.write(`${list.pop() ?? "$-1"}\r\n`);
    else socket.write(`:${list.length}\r\n`);
  });
}).listen(Number(option("--port") ?? 6379), "127.0.0.1", () => note("ready"));
process.on("SIGTERM", () => {
  note("stopped by SIGTERM");
  process.exit(0);
});
