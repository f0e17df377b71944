/** Dependencies as tests write them. */
import { CONDITIONS, type Target } from "../config/targets.ts";

/** `db`, `cache:started`, `g:p`, `g:*`, `g:p:running`: all of a group, or one process of it. */
export function on(...written: readonly string[]): readonly Target[] {
  return written.map((text) => {
    const parts = text.split(":");
    const condition = CONDITIONS.find((word) => word === parts.at(-1)) ?? null;
    const [group = "", process = "*"] = condition === null ? parts : parts.slice(0, -1);
    const name = condition === null ? text : text.slice(0, text.lastIndexOf(":"));
    return { name, condition, group, processes: process === "*" ? null : [process] };
  });
}
