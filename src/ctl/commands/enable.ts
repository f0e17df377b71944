/** `enable`: processes start by themselves from the next start of supervisord on; `--now` starts them, too. (BOOT-011) */
import type { Command } from "../session.ts";
import { enable } from "./enabling.ts";

export const run: Command = enable;
