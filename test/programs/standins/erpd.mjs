// Stands in for a daemon of a vendor: it holds a lock, has a helper in a session of its own, and saves its data only when its control socket is told to.
import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { note } from "./common.mjs";

const { CONTROL = "", LOCK = "" } = process.env;
if (existsSync(LOCK)) {
  process.stderr.write(`erpd: ${LOCK} is there: another erpd runs, or the last one has crashed\n`);
  process.exit(1);
}
writeFileSync(LOCK, "");
const helper = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
writeFileSync("helper", `${helper.pid}`);
rmSync(CONTROL, { force: true });
createServer((socket) => {
  socket
    .on("error", () => undefined)
    .on("data", () => {
      note("saved");
      socket.end("ok\n", () => process.exit(0));
    });
}).listen(CONTROL, () => note("ready"));
process.on("SIGTERM", () => {
  note("stopped by SIGTERM");
  process.exit(1);
});
