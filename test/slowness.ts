/**
 * How much slower this machine is at the moment than an idle one, at least 1: how long it takes to start and reap a small program, over and over. A
 * limit on time is multiplied by it, since other tests and other people may use the machine.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** On one idle core of the slowest machine that we know. */
const IDLE_MS = 10;
const STARTS = 5;

export async function slowness(): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < STARTS; i++) await once(spawn("true"), "close");
  return Math.max(1, (performance.now() - began) / STARTS / IDLE_MS);
}
