/** `maintail`: the end of the daemon's own log. (CTL-129..CTL-131) */
import { ok } from "../../result.ts";
import { MAIN_LOG_PATH } from "../client/stream.ts";
import { EXIT } from "../exit.ts";
import type { Command } from "../session.ts";
import { readAmount, tailError } from "./tail.ts";

const BYTES_DEFAULT = 1600;

export const run: Command = async (session, args) => {
  const [word, ...more] = args.words;
  if (more.length > 0) {
    session.wrongUse("Error: too many arguments", EXIT.GENERIC, args.row);
    return ok(null);
  }
  const amount = word === undefined ? BYTES_DEFAULT : word.startsWith("-") ? readAmount(word) : null;
  if (amount === null) {
    session.wrongUse(`Error: bad argument ${word}`, EXIT.GENERIC, null);
    return ok(null);
  }
  if (amount === "follow") {
    const { showFollowed } = await import("./followed.ts");
    return showFollowed(session, { path: MAIN_LOG_PATH, shownPath: MAIN_LOG_PATH, source: { name: "supervisord" } });
  }
  const text = await session.supervisor.readLog(-amount, 0);
  if (text.ok) {
    session.report({ text: text.value, exit: null, data: { name: "supervisord", text: text.value }, isOutput: true });
    return text;
  }
  const line = tailError("supervisord", text.error, null);
  if (line === null) return text;
  session.report(line);
  return ok(null);
};
