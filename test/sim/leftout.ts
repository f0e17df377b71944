/**
 * Records that are left out of histories: what Holdfast knows of processes beyond Supervisor. A configuration that uses nothing of it has the same history
 * with and without them, to the moment at which a frame arrives.
 */

const LEFT_OUT = /^(?:history|life|env)\//;

export function isLeftOut(key: string): boolean {
  return LEFT_OUT.test(key);
}
