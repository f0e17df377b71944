// Stands in for the command that comes with erpd: it stops it through its control socket.
import { ask, note } from "./common.mjs";

if (process.argv[2] !== "stop") process.exit(2);
note("stop command");
process.exitCode = (await ask(process.env["CONTROL"] ?? "", "stop").catch(() => "")) === "ok" ? 0 : 1;
