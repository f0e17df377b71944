/** `completion`: prints what bash, zsh and fish need; and, for their scripts, the names of processes or groups, one a line. */
import { ok, type Result } from "../../result.ts";
import type { Failure } from "../client/failure.ts";
import type { Command, CommandRow } from "../command.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { zshScript } from "../completion/zsh.ts";
import { EXIT } from "../exit.ts";
import type { Session } from "../session.ts";
import { processNames } from "../shell/completer.ts";

const SCRIPTS = new Map<string, (commands: readonly CommandRow[]) => string>([
  ["bash", bashScript],
  ["zsh", zshScript],
  ["fish", fishScript],
]);

export const run: Command = async (session, args) => {
  const [what = "", ...more] = args.words;
  const script = SCRIPTS.get(what);
  if (script !== undefined && more.length === 0) session.world.screen.write(script(session.commands));
  else if (what === "processes" || what === "groups") return names(session, what);
  else session.wrongUse(`Error: completion is for one of ${[...SCRIPTS.keys()].join(", ")}`, EXIT.INVALID_ARGS, args.row);
  return ok(null);
};

/** A script that completes has nothing to say about a server that is not there. */
async function names(session: Session, what: "processes" | "groups"): Promise<Result<unknown, Failure>> {
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) {
    session.exit = EXIT.GENERIC;
    return ok(null);
  }
  const found = what === "groups" ? [...new Set(infos.value.map((info) => info.group))] : processNames(infos.value, "");
  for (const name of [...found, "all"]) session.say(name);
  return ok(null);
}
