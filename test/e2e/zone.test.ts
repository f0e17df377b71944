/** Goal: the activity log, the console and clients have the time that `date` has in the same place, also where TZ holds a rule that Node does not know. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";
import { info } from "./rpc.ts";

const ZONE = "NPT-5:45NST-6:45,M3.5.0,M10.5.0/3";

test("LOG-001, RPC-052: a rule in TZ", async (t) => {
  const it = new Instance(t);
  it.configure("[program:once]\ncommand=true\nstartsecs=0\nautorestart=false\n");
  const before = process.env["TZ"];
  process.env["TZ"] = ZONE;
  try {
    await it.start();
  } finally {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  }
  const once = await until("it has ended", async () => {
    const now = await info(it, "once");
    return now["statename"] === "EXITED" && now;
  });
  const date = (second: unknown, format: string): string =>
    execFileSync("date", ["-d", `@${String(second)}`, format], { env: { PATH: process.env["PATH"], TZ: ZONE, LC_ALL: "C" } })
      .toString()
      .trim();
  assert.equal(once["description"], date(once["stop"], "+%b %d %I:%M %p"));
  const stamps = [...it.read("supervisord.log").matchAll(/^(.*),\d{3} INFO exited: once /gm)].map((found) => found[1]);
  const near = [-1, 0, 1].map((away) => date(Number(once["stop"]) + away, "+%Y-%m-%d %H:%M:%S"));
  assert.ok(near.includes(stamps[0] ?? ""), `${stamps.join()} ${near.join()}`);
  assert.ok(it.output.includes(`${stamps[0]},`), it.output);
});
