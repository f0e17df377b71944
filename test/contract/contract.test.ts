/**
 * One suite, two subjects: the fake keeper of the simulation and, once it is built, the real one. What passes here is what the simulation may
 * rely on. HOLDFAST_KEEPER names another executable than dist/holdfast-keeper.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Case } from "./case.ts";
import { attributeCases } from "./cases/attributes.ts";
import { conversationCases } from "./cases/conversation.ts";
import { liveCases } from "./cases/lives.ts";
import { sinkCases } from "./cases/sinks.ts";
import { socketCases } from "./cases/sockets.ts";
import { spawnCases } from "./cases/spawn.ts";
import { stdinCases } from "./cases/stdin.ts";
import { streamCases } from "./cases/streams.ts";
import { upgradeCases } from "./cases/upgrades.ts";
import { fakeKeeper } from "./fake-subject.ts";
import { leftRunning } from "./left-running.ts";
import { type Programs, realKeeper } from "./real-subject.ts";

const ROOMS: Readonly<Record<string, readonly Case[]>> = {
  conversation: conversationCases,
  spawn: spawnCases,
  attributes: attributeCases,
  streams: streamCases,
  sinks: sinkCases,
  stdin: stdinCases,
  sockets: socketCases,
  lives: liveCases,
  upgrades: upgradeCases,
};
/** Each case meets the fake keeper in several histories. */
const FAKE_SEEDS = [1, 2, 3, 4, 5];

const keeper = process.env["HOLDFAST_KEEPER"] ?? fileURLToPath(new URL("../../dist/holdfast-keeper", import.meta.url));
const programs = existsSync(keeper) ? build(keeper) : null;

for (const [room, cases] of Object.entries(ROOMS)) {
  for (const { name, run, only, subreaper } of cases) {
    if (only !== "real") {
      test(`fake keeper, ${room}: ${name}`, async () => {
        for (const seed of FAKE_SEEDS)
          await run(fakeKeeper(seed)).catch((error: unknown) => assert.fail(`seed ${seed}: ${(error as Error).stack}`));
      });
    }
    if (only === "fake") continue;
    test(`real keeper, ${room}: ${name}`, { skip: programs === null ? "it is not built" : false }, async () => {
      const subject = await realKeeper(programs as Programs, { subreaper: subreaper === true });
      try {
        await run(subject);
      } finally {
        await subject.close();
      }
    });
  }
}

test("the suite leaves no process behind", { skip: programs === null ? "there was no keeper to start any" : false }, () => {
  assert.deepEqual(leftRunning(dirname((programs as Programs).actor), null), []);
});

/** The relay and the actor, in a folder that every user may enter. */
function build(keeperPath: string): Programs {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-actors-"));
  chmodSync(folder, 0o755);
  after(() => rmSync(folder, { recursive: true }));
  const compile = (name: string): string => {
    const program = join(folder, name);
    execFileSync(process.env["CC"] ?? "cc", [
      "-O1",
      "-Wall",
      "-Wextra",
      "-o",
      program,
      fileURLToPath(new URL(`./${name}.c`, import.meta.url)),
    ]);
    return program;
  };
  return { keeper: keeperPath, relay: compile("relay"), actor: compile("actor"), subreaper: compile("subreaper") };
}
