/** `open`: another server from now on. What its status says does not change the exit status. (CTL-169, CTL-170) */
import { ok } from "../../result.ts";
import { EXIT } from "../exit.ts";
import { performNamed } from "../perform.ts";
import type { Command } from "../session.ts";

export const run: Command = async (session, args) => {
  const url = args.words.join(" ");
  if (!/^(?:unix|http):/i.test(url)) {
    session.report({ text: "ERROR: url must be http:// or unix://", exit: EXIT.GENERIC, data: null });
    return ok(null);
  }
  session.open(url);
  const exit = session.exit;
  const shown = await performNamed(session, "status", { ...args, words: [] });
  session.exit = exit;
  return shown;
};
