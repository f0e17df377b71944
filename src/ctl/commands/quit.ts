/** `quit`, `exit` and the end of the input: an empty line, and out. (CTL-015, CTL-055) */
import { ok } from "../../result.ts";
import type { Command } from "../session.ts";

export const run: Command = async (session) => {
  session.say("");
  session.isLeaving = true;
  return ok(null);
};
