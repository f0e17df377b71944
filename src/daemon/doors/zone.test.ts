import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { parseRule, parseZoneFile } from "../../zone.ts";
import { readZone } from "./zone.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-zone-"));
after(() => rmSync(folder, { recursive: true }));
const ZONES = "/usr/share/zoneinfo";

type Environment = Readonly<Record<string, string>>;

/** What libc says of these moments, by coreutils' date: seconds east of UTC. */
function libc(environment: Environment, seconds: readonly number[]): number[] {
  const input = seconds.map((second) => `@${second}`).join("\n");
  const lines = execFileSync("date", ["-f", "-", "+%::z"], { env: { PATH: process.env["PATH"], ...environment }, input }).toString();
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [hours = 0, minutes = 0, rest = 0] = line.slice(1).split(":").map(Number);
      return (line.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60 + rest);
    });
}

function assertAsLibc(environment: Environment, seconds: readonly number[]): void {
  const zone = readZone(environment);
  assert.deepEqual(seconds.map(zone), libc(environment, seconds), JSON.stringify(environment));
}

/** All through the years, and around the hours at which clocks are usually changed. libc knows no rules before 1971. */
const MOMENTS = [1971, 1999, 2000, 2024, 2026, 2038, 2099].flatMap((year) =>
  [0, 58.9, 59.5, 68.3, 85.04, 87.08, 89, 95, 181.5, 273.67, 297.04, 300.08, 304.3, 310, 364.99].map((day) =>
    Math.floor(Date.UTC(year, 0, 1) / 1000 + day * 86_400),
  ),
);

test("a rule in TZ, the names of zones, empty, unset and unknown ones: as libc has it", () => {
  const rules = [
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "<+0545>-5:45",
    "NPT-5:45NST-6:45,M3.5.0,M10.5.0/3",
    "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "CST-8",
    "UTC0",
  ];
  const odd = [
    "AAA3BBB,J60/0,J300/25:30",
    "AAA-3BBB,59,300/-1",
    "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
    "NPT-5:45:30",
    "AAA-30",
    "AB3",
    "AAA-3BBB,M13.1.0,M1",
  ];
  const names = [":Asia/Tokyo", "America/New_York", "Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe", "EST5EDT"];
  const paths = [
    `${ZONES}/Asia/Shanghai`,
    `:${ZONES}/Europe/Berlin`,
    "/nowhere",
    "Nowhere/Land",
    "garbage",
    "",
    "/",
    "/etc/passwd",
    "/dev/zero",
    "../../../etc/passwd",
  ];
  for (const zone of [...rules, ...odd, ...names, ...paths]) assertAsLibc({ TZ: zone }, MOMENTS);
  assertAsLibc({}, MOMENTS);
});

test("TZDIR says where zones are; files that are no zones are UTC", () => {
  mkdirSync(path.join(folder, "My"));
  const tokyo = readFileSync(`${ZONES}/Asia/Tokyo`);
  cpSync(`${ZONES}/Asia/Tokyo`, path.join(folder, "My/Zone"), { dereference: true });
  symlinkSync(path.join(folder, "My/Zone"), path.join(folder, "linked"));
  writeFileSync(path.join(folder, "cut"), tokyo.subarray(0, 60));
  writeFileSync(path.join(folder, "empty"), "");
  for (const TZ of ["My/Zone", "linked", "cut", "empty", ":My/Zone"]) assertAsLibc({ TZ, TZDIR: folder }, MOMENTS);
  execFileSync("mkfifo", [path.join(folder, "fifo")]);
  assert.equal(readZone({ TZ: path.join(folder, "fifo") })(0), 0, "what nobody writes is not waited for");
});

test("rules of all kinds are read as libc reads them", () => {
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 59 }))
    .map(([h, m]) => `${h}:${String(m).padStart(2, "0")}`);
  const day = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 6 }))
      .map((parts) => `M${parts.join(".")}`),
    fc.integer({ min: 1, max: 365 }).map((number) => `J${number}`),
    fc.integer({ min: 0, max: 364 }).map(String),
  );
  const change = fc.tuple(day, fc.option(clock, { nil: "" })).map(([when, time]) => (time === "" ? when : `${when}/${time}`));
  const offset = fc.tuple(fc.constantFrom("", "-", "+"), clock).map((parts) => parts.join(""));
  const rule = fc
    .tuple(offset, fc.option(offset, { nil: "" }), change, change)
    .map(([standard, summer, start, end]) => `STD${standard}DST${summer},${start},${end}`);
  fc.assert(
    fc.property(rule, (TZ) => assertAsLibc({ TZ }, MOMENTS)),
    { numRuns: 60 },
  );
});

test("whatever bytes a file has, and whatever TZ says, there is an answer", () => {
  const tokyo = readFileSync(`${ZONES}/America/New_York`);
  const damaged = fc.array(fc.tuple(fc.nat(tokyo.length - 1), fc.nat(255)), { maxLength: 20 }).map((changes) => {
    const bytes = new Uint8Array(tokyo);
    for (const [at, byte] of changes) bytes[at] = byte;
    return bytes;
  });
  const answers = (zone: ((second: number) => number) | null): void => assert.ok(zone === null || Number.isFinite(zone(1_800_000_000)));
  fc.assert(fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => answers(parseZoneFile(bytes))));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-C]{3}[-+0-9:]{1,5}[A-C]{3}[-0-9]{0,3},[MJ0-9./,-]{0,20}$/)), (text) =>
      answers(parseRule(text)),
    ),
  );
});
