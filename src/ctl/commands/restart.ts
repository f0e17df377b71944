/** `restart`: stop, then start, each with its own lines and its own look whether the server is there. (CTL-100..CTL-105) */
import { ok } from "../../result.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { upcheck } from "../upcheck.ts";
import { run as start } from "./start.ts";
import { run as stop } from "./stop.ts";

export const run: Command = async (session, args) => {
  const up = await upcheck(session);
  if (!up.ok || !up.value) return up;
  if (args.words.length === 0) {
    session.wrongUse("Error: restart requires a process name", EXIT.GENERIC, args.row);
    return ok(null);
  }
  const stopped = await stop(session, args);
  return stopped.ok ? start(session, args) : stopped;
};
