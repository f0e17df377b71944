/** `rotate`: logs are rotated now, though they have not reached their size. (LOGX-023) */
import type { Command } from "../session.ts";
import { orderLogs } from "./logorder.ts";

export const run: Command = (session, args) => orderLogs(session, args.words, "rotated", (name) => session.supervisor.rotateLogs(name));
