/** The hash of a seed's whole history: every line of its trace, in order. Two daemons that do the same have the same hash. */
import { createHash } from "node:crypto";
import { type RunOptions, runSeed } from "./run.ts";

export async function historyHash(seed: number, options: RunOptions = {}): Promise<string> {
  const hash = createHash("sha256");
  const onTrace = (line: string): void => {
    hash.update(`${line}\n`);
    options.onTrace?.(line);
  };
  const { violations } = await runSeed(seed, { ...options, onTrace });
  return hash.update(violations.join("\n")).digest("hex");
}
