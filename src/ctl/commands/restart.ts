/** `restart`: stop, then start, each with its own lines and its own look whether the server is there. (CTL-100..CTL-105) */
import { ok } from "../../result.ts";
import { EXIT } from "../exit.ts";
import { performNamed } from "../perform.ts";
import type { Command } from "../session.ts";

const AT_ONCE_MAX = 10_000;

export const run: Command = async (session, args) => {
  const [count, isEach] = [args.options.get("rolling"), args.options.has("each")];
  if (count !== undefined || isEach) {
    const atOnce = Number(count ?? 1);
    const isCount = /^[1-9]\d*$/.test(count ?? "1") && atOnce <= AT_ONCE_MAX;
    if (!isCount || (count !== undefined && isEach)) {
      const what = isCount ? "--rolling and --each cannot be used together" : `--rolling takes a number from 1 to ${AT_ONCE_MAX}`;
      session.wrongUse(`Error: ${what}`, EXIT.INVALID_ARGS, args.row);
      return ok(null);
    }
    const { rolling } = await import("./rolling.ts");
    return rolling(session, args.words, { option: isEach ? "each" : "rolling", atOnce });
  }
  const stopped = await performNamed(session, "stop", args);
  return stopped.ok ? performNamed(session, "start", args) : stopped;
};
