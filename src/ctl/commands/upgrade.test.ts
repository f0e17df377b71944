import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { ok, refuse } from "../../result.ts";
import type { LastUpgradeInfo, UpgradeInfo, VersionsInfo } from "../client/infos.ts";
import { fault, scene } from "../scene.fixture.ts";

const NAMES = { keeper: "0.2.0", keeperBuild: "0123456789ab", daemon: "0.2.0", node: "20.20.2" };
const INSTALLED = { installedKeeper: "0.3.0", installedKeeperBuild: "ba9876543210", installedDaemon: "0.3.0" };
const LAST: LastUpgradeInfo = {
  ...{ id: 5, at: 1, over: true, step: 0, error: "", fromKeeper: "0.2.0", fromKeeperBuild: "0123456789ab", fromDaemon: "0.2.0" },
  ...{ toKeeper: "0.3.0", toKeeperBuild: "ba9876543210", toDaemon: "0.3.0", node: "20.20.2", awayMs: 214, processes: 14 },
};

const upgraded = (over: Partial<UpgradeInfo>) => async () =>
  ok({ outcome: "begun", id: 5, ...NAMES, ...INSTALLED, processes: 14, ...over });
/** What is told of the last upgrade, one after the other; null: nobody is there. */
function versions(...told: readonly (LastUpgradeInfo | "none" | null)[]) {
  const left = [...told];
  return async () => {
    const lastUpgrade = left.length > 1 ? left.shift() : left[0];
    if (lastUpgrade === null || lastUpgrade === undefined) return refuse({ kind: "connect", code: "ECONNREFUSED" } as const);
    const now: VersionsInfo = { ...NAMES, ...INSTALLED, protocol: 2, table: 1, lastUpgrade: lastUpgrade === "none" ? null : lastUpgrade };
    return ok(now);
  };
}
const run = (line: string, methods: object) => scene({ methods }).run(line);

test("UPG what was replaced, and how long nobody could be asked; the break and the pause before are waited for", async () => {
  const methods = { upgrade: upgraded({}), versions: versions("none", null, null, { ...LAST, over: false }, LAST) };
  assert.deepEqual(await run("upgrade", methods), {
    text: "keeper 0.2.0 -> 0.3.0\ndaemon 0.2.0 -> 0.3.0 (node 20.20.2)\n14 processes untouched, control was away for 0.21 s\n",
    exit: 0,
  });
  const broken = async () => refuse({ kind: "broken", code: "ECONNRESET", answerBegun: false } as const);
  const again = await run("upgrade", { upgrade: broken, versions: versions({ ...LAST, id: 4 }, { ...LAST, id: 4 }, LAST) });
  assert.match(again.text, /^keeper 0\.2\.0 -> 0\.3\.0\n/);
  const rebuilt = { ...LAST, toKeeper: "0.2.0", toDaemon: "0.2.0", processes: 1 };
  assert.equal(
    (await run("upgrade", { upgrade: upgraded({}), versions: versions("none", rebuilt) })).text,
    "keeper 0.2.0 (0123456789ab) -> 0.2.0 (ba9876543210)\ndaemon 0.2.0 -> 0.2.0 (node 20.20.2)\n1 process untouched, control was away for 0.21 s\n",
  );
});

test("UPG nothing to do, and only a look", async () => {
  const nothing = await run("upgrade", { upgrade: upgraded({ outcome: "nothing" }), versions: versions("none") });
  assert.deepEqual(nothing, { text: "nothing to upgrade: 0.2.0 runs and is installed\n", exit: 0 });
  const checked = await run("upgrade --check", { upgrade: upgraded({ outcome: "checked" }), versions: versions("none") });
  assert.equal(checked.exit, 0);
  assert.match(checked.text, /^keeper 0\.2\.0 -> 0\.3\.0\ndaemon .*\nchecked: 14 processes would not notice\n$/);
});

test("UPG-005 a refusal has the step and all lines, and 1; also one that the next daemon tells of", async () => {
  const text = "upgrade refused at step 3: process/a:a: version 9\ndaemon: version 9";
  const refused = await run("upgrade", { upgrade: () => fault("FAILED", `FAILED: ${text}`), versions: versions("none") });
  assert.deepEqual(refused, { text: `${text}\n`, exit: 1 });
  const late = { ...LAST, step: 8, error: "upgrade failed at step 8: ENOMEM" };
  const returned = await run("upgrade --json", { upgrade: upgraded({}), versions: versions("none", late) });
  assert.deepEqual([JSON.parse(returned.text), returned.exit], [{ error: late.error }, 1]);
});

test("UPG-007 a daemon that is not there after 30 seconds: 7", async () => {
  const lost = await run("upgrade", { upgrade: upgraded({}), versions: versions("none", null) });
  assert.deepEqual(lost, { text: "ERROR (the new daemon is not there after 30 s; the programs run)\n", exit: 7 });
});

test("UPG another supervisord cannot be upgraded in place; words are a wrong use; paths are whole", async () => {
  const other = await run("upgrade", { versions: () => fault("UNKNOWN_METHOD") });
  assert.deepEqual(other, { text: "this server cannot be upgraded in place\n", exit: 1 });
  assert.equal((await run("upgrade now", { versions: versions("none") })).exit, 2);
  const asked: object[] = [];
  const upgrade = (options: object) => {
    asked.push(options);
    return upgraded({ outcome: "nothing" })();
  };
  await run("upgrade --from x --daemon-only --force", { upgrade, versions: versions("none") });
  await run("upgrade --check", { upgrade, versions: versions("none") });
  const no = { check: false, daemonOnly: false, force: false };
  assert.deepEqual(asked, [
    { ...no, daemonOnly: true, force: true, from: path.resolve("x") },
    { ...no, check: true },
  ]);
});

test("UPG-035 version --json says what runs and what is installed", async () => {
  const getSupervisorVersion = async () => ok("4.3.0");
  const told = JSON.parse((await run("version --json", { getSupervisorVersion, versions: versions(LAST) })).text);
  assert.deepEqual(told, { version: "4.3.0", holdfast: { ...NAMES, ...INSTALLED, protocol: 2, table: 1, upgradable: true } });
});
