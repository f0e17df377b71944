import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";
import { realClock } from "./clock.ts";
import { readZone } from "./zone.ts";

test("the monotonic clock is the kernel's, in milliseconds with fractions", () => {
  const clock = realClock(readZone(process.env as Record<string, string>));
  const uptimeMs = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
  const before = Date.now();
  const { monoMs, wallMs } = clock.now();
  // /proc/uptime counts suspended time as well; this machine is not suspended between the two reads, but may have been before.
  assert.ok(monoMs > 0 && monoMs <= uptimeMs + 60_000, `${monoMs} against an uptime of ${uptimeMs}`);
  assert.ok(wallMs >= before - 1 && wallMs <= Date.now() + 1);
  const times = Array.from({ length: 100 }, () => clock.now().monoMs);
  assert.ok(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)));
  assert.ok(times.some((time) => !Number.isInteger(time)));
});

test("an alarm never rings early, and rings once", async () => {
  const clock = realClock(readZone(process.env as Record<string, string>));
  for (const waitMs of [-5, 0, 0.3, 1.7, 12.9]) {
    const untilMs = clock.now().monoMs + waitMs;
    await new Promise<void>((resolve) => clock.alarm(untilMs, resolve));
    assert.ok(clock.now().monoMs >= untilMs);
  }
});

test("a second alarm replaces the first; null and never cancel", async () => {
  const clock = realClock(readZone(process.env as Record<string, string>));
  const rung: string[] = [];
  const soon = (): number => clock.now().monoMs + 1;
  clock.alarm(soon(), () => rung.push("replaced"));
  clock.alarm(soon(), () => rung.push("cancelled"));
  clock.alarm(null, () => rung.push("null"));
  clock.alarm(Number.POSITIVE_INFINITY, () => rung.push("never"));
  const other = realClock(readZone(process.env as Record<string, string>));
  await new Promise<void>((resolve) => other.alarm(other.now().monoMs + 10, resolve));
  assert.deepEqual(rung, []);
});

test("a wait longer than setTimeout can hold is made of several", () => {
  const startNs = process.hrtime.bigint();
  mock.timers.enable({ apis: ["setTimeout"] });
  let elapsedMs = 0;
  const hrtime = mock.method(process.hrtime, "bigint", () => startNs + BigInt(elapsedMs) * 1_000_000n);
  try {
    const clock = realClock(readZone(process.env as Record<string, string>));
    let rung = 0;
    const dayMs = 86_400_000;
    clock.alarm(clock.now().monoMs + 60 * dayMs, () => {
      rung++;
    });
    for (let day = 1; day <= 61; day++) {
      elapsedMs += dayMs;
      mock.timers.tick(dayMs);
      assert.equal(rung, day < 60 ? 0 : 1, `after ${day} days`);
    }
  } finally {
    hrtime.mock.restore();
    mock.timers.reset();
  }
});

test("the zone's offset is in minutes east", () => {
  const zone = process.env["TZ"];
  try {
    process.env["TZ"] = "Asia/Kolkata";
    assert.equal(realClock(readZone(process.env as Record<string, string>)).offsetMinutes(0), 330);
    process.env["TZ"] = "America/New_York";
    assert.equal(realClock(readZone(process.env as Record<string, string>)).offsetMinutes(Date.UTC(2024, 6, 1)), -240);
    assert.equal(realClock(readZone(process.env as Record<string, string>)).offsetMinutes(Date.UTC(2024, 0, 1)), -300);
  } finally {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  }
});
