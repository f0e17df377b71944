/** The set-up of the cookbook with workers that end what they are at. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { describe, test } from "node:test";
import { Setup } from "./setup.ts";

/** Sends mails from a folder, one at a time, and ends between two when it was told to. */
const WORKER = (version: string, begin = "") => `
const fs = require("node:fs"), name = process.env.SUPERVISOR_PROCESS_NAME;
const note = (what) => fs.appendFileSync(process.env.JOURNAL, name + " " + what + "\\n");
let isStopping = false;
process.on("SIGTERM", () => { note("is told"); isStopping = true; });
${begin}
note("ready ${version}");
fs.writeSync(3, "\\n");
const take = (mail) => { try { fs.renameSync("mails/" + mail, "taken/" + mail); return true; } catch { return false; } };
const next = () => {
  if (isStopping) { note("stopped"); process.exit(0); }
  const mail = fs.readdirSync("mails").find(take);
  if (mail === undefined) return setTimeout(next, 20);
  note("begins " + mail);
  setTimeout(() => { note("ends " + mail); next(); }, 200);
};
next();
`;
const NAMES = [0, 1, 2, 3].map((n) => `mailer_0${n}`);

async function started(t: { after(act: () => Promise<void>): void }, sooner: readonly (readonly [string, string])[] = []): Promise<Setup> {
  const it = new Setup(t);
  await it.prepare("graceful", { standIns: [], sooner });
  for (const folder of ["mails", "taken"]) mkdirSync(it.at(`/srv/mailer/${folder}`), { recursive: true });
  for (let n = 0; n < 60; n++) it.put(`/srv/mailer/mails/mail-${n}`, "");
  it.put("/srv/mailer/worker.js", WORKER("1"));
  await it.start();
  for (const name of NAMES) await it.in("RUNNING", `mailer:${name}`);
  return it;
}

/** Of two that were told to stop one after the other, the first was ready again before the second was told. */
function oneAtATime(said: readonly string[]): void {
  // At the start each gets ready for itself: on a slow machine the last may do so when the first is already replaced.
  const firsts = new Set(NAMES.map((name) => said.findIndex((line) => line.startsWith(`${name} ready `))));
  const events = said.filter((line, at) => !firsts.has(at) && / is told$| ready /.test(line));
  for (const [at, line] of events.entries()) assert.ok(at % 2 === 0 ? line.endsWith("is told") : / ready /.test(line), events.join("\n"));
}

describe("graceful workers", { concurrency: true }, () => {
  test("a rolling restart: one at a time, none of the mails lost; more and fewer of them", async (t) => {
    const it = await started(t);
    it.put("/srv/mailer/worker.js", WORKER("2"));
    assert.equal(await it.said("restart", "--rolling", "mailer:*"), NAMES.map((name) => `mailer:${name}: restarted\n`).join(""));
    oneAtATime(it.journal());
    for (const name of NAMES) assert.ok(it.journal().includes(`${name} ready 2`));
    assert.equal(await it.said("scale", "mailer", "6"), "mailer: 4 -> 6 (added mailer_04, mailer_05)\n");
    await it.noted("mailer_05 ready 2");
    assert.equal(await it.said("scale", "mailer", "4"), "mailer: 6 -> 4 (removed mailer_05, mailer_04)\n");
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
    const begun = it.journal().filter((line) => / begins /.test(line));
    for (const line of begun) assert.equal(it.journal().filter((one) => one === line.replace("begins", "ends")).length, 1, line);
  });

  test("new code that does not get ready ends a rolling restart, and the rest works on", async (t) => {
    const it = await started(t);
    it.put("/srv/mailer/worker.js", WORKER("2", "process.exit(1);"));
    const { code, stdout } = await it.ctl("restart", "--rolling", "mailer:*");
    assert.equal(code, 1);
    assert.match(stdout, /^mailer:mailer_00: ERROR \(.*\)\nmailer: 3 not restarted\n$/);
    for (const name of NAMES.slice(1)) assert.equal((await it.in("RUNNING", `mailer:${name}`))["statename"], "RUNNING");
    it.put("/srv/mailer/worker.js", WORKER("3"));
    await it.noted("mailer_00 ready 3");
  });

  test("after max_age they are replaced, one at a time", async (t) => {
    const it = await started(t, [["max_age=12h", "max_age=2s"]]);
    for (const name of NAMES) await it.noted(`${name} ready 1`, (await it.noted(`${name} is told`)) + 1);
    oneAtATime(it.journal());
  });
});
