/** `disable`: processes do not start by themselves from the next start of supervisord on; `--now` stops them first. (BOOT-011) */
import type { Command } from "../session.ts";
import { disable } from "./enabling.ts";

export const run: Command = disable;
