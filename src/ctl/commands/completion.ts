/** `completion`: prints what bash, zsh and fish need. */
import { ok } from "../../result.ts";
import { STUBS } from "../completion/stubs.ts";
import { EXIT } from "../exit.ts";
import type { Command } from "../session.ts";

export const run: Command = async (session, args) => {
  const stub = args.words.length === 1 ? STUBS.get(args.words[0] ?? "") : undefined;
  if (stub !== undefined) session.terminal.screen.write(stub);
  else session.wrongUse(`Error: completion is for one of ${[...STUBS.keys()].join(", ")}`, EXIT.INVALID_ARGS, args.row);
  return ok(null);
};
