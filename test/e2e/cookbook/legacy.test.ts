/** The set-up of the cookbook with a daemon that has a stop command, a lock and helpers. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, test } from "node:test";
import { isAlive, until } from "../instance.ts";
import { Setup } from "./setup.ts";

async function prepared(t: { after(act: () => Promise<void>): void }, scripts: Readonly<Record<string, string>> = {}): Promise<Setup> {
  const it = new Setup(t);
  await it.prepare("legacy", {
    standIns: ["erpd", "erpctl"],
    scripts: { "/opt/erp/bin/check-volume": "test -e $1/mounted", logger: "echo $SUPERVISOR_PROCESS_NAME is told >> $JOURNAL", ...scripts },
    places: { erpd: "/opt/erp/bin/erpd", erpctl: "/opt/erp/bin/erpctl" },
    sooner: [
      ["/usr/bin/logger", "logger"],
      // The hard limit of the machine may be lower.
      ["rlimit_nofile=65536", "rlimit_nofile=256"],
    ],
  });
  it.put("/etc/erp.env", `CONTROL=${it.at("/run/erp/control")}\nLOCK=${it.at("/run/erp/lock")}\n`);
  it.put("/var/opt/erp/mounted", "");
  return it;
}

describe("a legacy daemon", { concurrency: true }, () => {
  test("its stop command stops it, and nothing of it is left; a crash leaves no lock and no helper to the next run", async (t) => {
    const it = await prepared(t);
    await it.start();
    const { pid } = await it.in("RUNNING", "erp");
    await it.noted("erp ready");
    const helper = Number(it.read("opt/erp/helper"));
    process.kill(Number(pid), "SIGKILL");
    const next = await it.another("erp", pid);
    assert.ok(!isAlive(helper));
    assert.equal(await it.said("stop", "erp"), "erp: stopped\n");
    assert.deepEqual(it.journal(), ["erp ready", "erp ready", "erp stop command", "erp saved"]);
    await until("nobody is left", () => !isAlive(next) && !isAlive(Number(it.read("opt/erp/helper"))));
  });

  test("a stop command that fails leads to the signal at once", async (t) => {
    const it = await prepared(t, { "/opt/erp/bin/erpctl": "exit 1" });
    await it.start();
    await it.in("RUNNING", "erp");
    assert.equal(await it.said("stop", "erp"), "erp: stopped\n");
    assert.equal(it.journal().at(-1), "erp stopped by SIGTERM");
  });

  test("without its volume it is not started, and somebody is told; a shutdown uses the stop command, too", async (t) => {
    const it = await prepared(t);
    rmSync(it.at("/var/opt/erp/mounted"));
    await it.start();
    await it.in("FATAL", "erp");
    assert.match(await it.status("erp"), /^erp FATAL pre_start failed \(exit 1\)/);
    await it.noted("erp is told");
    assert.ok(!it.journal().includes("erp ready"));
    it.put("/var/opt/erp/mounted", "");
    assert.equal(await it.said("start", "erp"), "erp: started\n");
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
    assert.deepEqual(it.journal().slice(-2), ["erp stop command", "erp saved"]);
  });
});
