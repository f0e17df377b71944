/** `restart`: stop, then start, each with its own lines and its own look whether the server is there. (CTL-100..CTL-105) */
import { performNamed } from "../perform.ts";
import type { Command } from "../session.ts";

export const run: Command = async (session, args) => {
  const stopped = await performNamed(session, "stop", args);
  return stopped.ok ? performNamed(session, "start", args) : stopped;
};
