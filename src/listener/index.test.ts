/** What the library is as a whole: what it gives, and what it does not bring along. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

test("EVT-128: the time of day, local, as childutils writes it", () => {
  const zone = (name: string) => {
    const script = `import { asctime } from ${JSON.stringify(path.join(import.meta.dirname, "asctime.ts"))};
      console.log(asctime(1764000000123.9)); console.log(asctime(new Date(1751328000000)));`;
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    return execFileSync(process.execPath, args, { env: { ...process.env, TZ: name }, encoding: "utf8" })
      .split("\n")
      .slice(0, 2);
  };
  assert.deepEqual(zone("UTC"), ["2025-11-24 16:00:00,123", "2025-07-01 00:00:00,000"]);
  assert.deepEqual(zone("Europe/Berlin"), ["2025-11-24 17:00:00,123", "2025-07-01 02:00:00,000"]);
});

/** The files that a source file loads when it runs, and those that they load. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(file, "utf8").matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from "(\.[^"]+)"/gm);
  for (const [, target] of imports) loadedBy(path.resolve(path.dirname(file), target ?? ""), seen);
  return seen;
}

test("EVT-129: better: the library brings nothing of the daemon along", () => {
  const rooms = new Set(
    [...loadedBy(path.join(import.meta.dirname, "index.ts"))].map(
      (file) => path.relative(path.join(import.meta.dirname, ".."), file).split("/")[0],
    ),
  );
  for (const room of ["daemon", "supervisor", "events", "process", "logs", "http"]) assert.ok(!rooms.has(room), room);
  assert.ok(rooms.has("listener") && rooms.has("ctl"), "the walk went somewhere");
});
