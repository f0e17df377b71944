/** Goal: what listeners get from a real supervisord, and what becomes of their events when something ends. One supervisord per describe. */
import assert from "node:assert/strict";
import { readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { freePort, Instance, isAlive, ROOT, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

type Told = {
  readonly name?: string;
  readonly serial?: number;
  readonly poolserial?: number;
  readonly payload?: string;
  readonly end?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
};

const recorder = (it: Instance, name: string, manner = "") =>
  `command=${process.execPath} ${path.join(ROOT, "test/programs/recorder.mjs")} ${it.path(`${name}.jsonl`)} ${manner}\nstartsecs=0\n`;

const told = (it: Instance, name: string): readonly Told[] =>
  it
    .read(`${name}.jsonl`)
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Told);

const eventsOf = (it: Instance, name: string) => told(it, name).filter((one) => one.name !== undefined);
const payloads = (it: Instance, name: string, event: string) =>
  eventsOf(it, name)
    .filter((one) => one.name === event)
    .map((one) => one.payload);
const comes = (it: Instance, name: string, event: string) => until(`${event} comes to ${name}`, () => payloads(it, name, event)[0]);
const stateIs = (it: Instance, name: string, state: string) =>
  until(`${name} is ${state}`, async () => (await info(it, name))["statename"] === state);

describe("listeners of a supervisord", () => {
  const it = new Instance({ after });

  before(async () => {
    it.configure(
      `[inet_http_server]\nport=127.0.0.1:${await freePort()}\nusername=u\npassword=secret
[program:both]\ncommand=sh -c 'echo oops >&2; sleep 1000'\nautostart=false\nstartsecs=0\nredirect_stderr=true\nstdout_events_enabled=true\nstderr_events_enabled=true
[eventlistener:all]\n${recorder(it, "all", "talks")}events=PROCESS_LOG,PROCESS_COMMUNICATION,REMOTE_COMMUNICATION
buffer_size=100\nstdout_capture_maxbytes=1KB\nstderr_capture_maxbytes=1KB\nstderr_events_enabled=true\nstdout_events_enabled=true
stderr_logfile=${it.path("all.err")}
[eventlistener:late]\n${recorder(it, "late", "late")}events=REMOTE_COMMUNICATION\nbuffer_size=100
[program:lines]\ncommand=${process.execPath} -e "let n=0;const t=setInterval(()=>{console.log(n);if(++n===1000)clearInterval(t)},1);setTimeout(()=>0,1e8)"
autostart=false\nstartsecs=0\nstdout_events_enabled=true
[eventlistener:slow]\n${recorder(it, "slow", "late")}events=PROCESS_LOG_STDOUT\nbuffer_size=2000
[eventlistener:short]\n${recorder(it, "short", "once")}events=REMOTE_COMMUNICATION\nbuffer_size=100`,
    );
    await it.start();
    await call(it, "supervisor.sendRemoteCommEvent", "first", "1");
    await comes(it, "all", "REMOTE_COMMUNICATION");
    await comes(it, "late", "REMOTE_COMMUNICATION");
  });

  test("EVT-032: with redirect_stderr what comes of stderr is an event of stdout, once", async () => {
    await call(it, "supervisor.startProcess", "both");
    const { pid } = await info(it, "both");
    const payload = `processname:both groupname:both pid:${pid} channel:stdout\noops\n`;
    await until("the event comes", () => payloads(it, "all", "PROCESS_LOG_STDOUT").includes(payload));
    assert.ok(!payloads(it, "all", "PROCESS_LOG_STDERR").some((text) => text?.includes("oops")));
  });

  test("EVT-034, EVT-035, EVT-115: a listener's stderr makes events, also for itself; its stdout makes none, whatever is enabled", async () => {
    const { pid } = await info(it, "all");
    const who = `processname:all groupname:all pid:${pid}`;
    assert.equal(await comes(it, "all", "PROCESS_COMMUNICATION_STDERR"), `${who}\ntold`);
    const logs = await until("both pieces are told", () => {
      const all = payloads(it, "all", "PROCESS_LOG_STDERR");
      return all.length >= 2 && all;
    });
    assert.deepEqual(logs, [`${who} channel:stderr\nsaid`, `${who} channel:stderr\ntold`]);
    assert.ok(!payloads(it, "all", "PROCESS_LOG_STDOUT").some((text) => text?.includes("processname:all")));
    assert.deepEqual(payloads(it, "all", "PROCESS_COMMUNICATION_STDOUT"), []);
  });

  test("a listener that is behind gets several lines with an event, every line once and in order", async () => {
    const hold = it.path("slow.jsonl.hold");
    writeFileSync(hold, "");
    await call(it, "supervisor.startProcess", "lines");
    await until(
      "all lines are in the log",
      async () => (await call(it, "supervisor.readProcessStdoutLog", "lines", -8, 0)) === "998\n999\n",
    );
    rmSync(hold);
    const ofLines = () => payloads(it, "slow", "PROCESS_LOG_STDOUT").filter((text) => text?.startsWith("processname:lines "));
    await until("the last line comes", () => ofLines().at(-1)?.endsWith("\n999\n"));
    const said = ofLines().map((text) => text?.slice(text.indexOf("\n") + 1));
    assert.equal(said.join(""), Array.from({ length: 1000 }, (_, n) => `${n}\n`).join(""));
    assert.ok(said.length < 400, `${said.length} events for 1000 lines`);
  });

  test("what waits, and what has no answer yet, when the daemon is killed is there for its successor: each once, in order", async () => {
    const hold = it.path("late.jsonl.hold");
    const lates = () => payloads(it, "late", "REMOTE_COMMUNICATION").slice(1);
    writeFileSync(hold, "");
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    for (const number of numbers) await call(it, "supervisor.sendRemoteCommEvent", "n", number);
    await until("the first is in its hands", () => lates().length === 1);
    const daemon = await until("the daemon", () => it.daemonPid());
    process.kill(daemon, "SIGKILL");
    const next = await until("its successor", () => it.daemonPid() !== daemon && it.daemonPid());
    process.kill(next, "SIGKILL");
    rmSync(hold);
    const all = numbers.map((number) => `type:n\n${number}`);
    await until(`all come; came ${lates().join()}`, () => lates().length >= all.length);
    await call(it, "supervisor.sendRemoteCommEvent", "n", "last");
    await until("the last comes", () => lates().at(-1) === "type:n\nlast");
    assert.deepEqual(lates(), [...all, "type:n\nlast"]);
  });

  test("EVT-117: a listener that ends with 0 after an event stays EXITED under autorestart=unexpected", async () => {
    await stateIs(it, "short", "EXITED");
    assert.equal(eventsOf(it, "short").length, 1);
  });

  test("EVT-118: stdout's log has the protocol as it was spoken, stderr's the text", async () => {
    const log = (await call(it, "supervisor.readProcessStdoutLog", "short", 0, 100)) as string;
    assert.equal(log, "READY\nRESULT 2\nOK");
    assert.equal(it.read("all.err"), "said");
  });

  test("EVT-119: the environment is a program's: no name and no password", () => {
    const environments = ["all", "short"].map((name) => told(it, name)[0]?.environment);
    const expected = (name: string) => ({
      SUPERVISOR_ENABLED: "1",
      SUPERVISOR_SERVER_URL: `unix://${it.socket}`,
      SUPERVISOR_PROCESS_NAME: name,
      SUPERVISOR_GROUP_NAME: name,
    });
    assert.deepEqual(environments, [expected("all"), expected("short")]);
  });
});

describe("events when something ends", () => {
  const it = new Instance({ after });
  const hold = () => writeFileSync(it.path("keeps.jsonl.hold"), "");
  const letGo = () => rmSync(it.path("keeps.jsonl.hold"));
  const comm = (text: string) => `type:t\n${text}`;
  const texts = () => payloads(it, "keeps", "REMOTE_COMMUNICATION");
  const send = (text: string) => call(it, "supervisor.sendRemoteCommEvent", "t", text);
  const sees = (...expected: readonly string[]) =>
    until(`keeps sees ${expected.join()}; it saw ${texts().join()}`, () => texts().join() === expected.map(comm).join());

  before(async () => {
    it.configure(
      `[program:stubborn]\ncommand=sh -c 'trap "" TERM; echo deaf; while :; do sleep 1000; done'\nautostart=false\nstartsecs=0\nstopwaitsecs=1000
stdout_logfile=${it.path("stubborn.log")}
[eventlistener:keeps]\n${recorder(it, "keeps")}events=REMOTE_COMMUNICATION,TICK_5,SUPERVISOR_STATE_CHANGE\nbuffer_size=100`,
    );
    await it.start();
    await comes(it, "keeps", "SUPERVISOR_STATE_CHANGE_RUNNING");
  });

  test("EVT-113: what a listener held when it was stopped comes again when it is started, with the same serials", async () => {
    hold();
    await send("held");
    await sees("held");
    await call(it, "supervisor.stopProcess", "keeps");
    letGo();
    await call(it, "supervisor.startProcess", "keeps");
    await sees("held", "held");
    const [one, two] = eventsOf(it, "keeps").filter((event) => event.name === "REMOTE_COMMUNICATION");
    assert.deepEqual(one, two);
  });

  test("EVT-080, EVT-113: a reload begins with empty buffers: neither what was held nor what waited comes again", async () => {
    hold();
    await send("held again");
    await send("waiting");
    await sees("held", "held", "held again");
    const runs = () => payloads(it, "keeps", "SUPERVISOR_STATE_CHANGE_RUNNING").length;
    it.signal("SIGHUP");
    letGo();
    await until("it has begun anew", () => runs() === 2);
    await send("new");
    await sees("held", "held", "held again", "new");
    const events = eventsOf(it, "keeps");
    const begun = events.findLastIndex((event) => event.name === "SUPERVISOR_STATE_CHANGE_RUNNING");
    assert.equal(events[begun]?.poolserial, 0);
    assert.ok(Number(events[begun]?.serial) > 0, "serials of the daemon go on (EVT-060)");
  });

  test("EVT-041, EVT-104: during a shutdown ticks go on, and a listener's stdin stays open to its end", async () => {
    await call(it, "supervisor.startProcess", "stubborn");
    const [stubborn, listener] = await Promise.all(["stubborn", "keeps"].map(async (name) => Number((await info(it, name))["pid"])));
    assert.ok(stubborn !== undefined && listener !== undefined);
    await until("stubborn does not hear SIGTERM", () => it.read("stubborn.log") === "deaf\n");
    const ticks = () => payloads(it, "keeps", "TICK_5").length;
    const stops = () => payloads(it, "keeps", "SUPERVISOR_STATE_CHANGE_STOPPING").length;
    const reloads = stops();
    it.signal("SIGTERM");
    await until("the shutdown is told", () => stops() > reloads);
    const before = ticks();
    await until("a tick comes while stubborn is waited for", () => ticks() > before);
    assert.ok(isAlive(stubborn) && isAlive(listener));
    assert.ok(!told(it, "keeps").some((one) => one.end === true));
    assert.ok(isWriting(it.pid, readlinkSync(`/proc/${listener}/fd/0`)), "the keeper has the other end");
    process.kill(stubborn, "SIGKILL");
    assert.equal(await it.exitCode(), 0);
    assert.ok(!told(it, "keeps").some((one) => one.end === true), "SIGTERM ended it, not the end of its stdin");
  });

  test("EVT-080: a new start knows nothing of what was", async () => {
    rmSync(it.path("keeps.jsonl"));
    await it.start();
    await send("fresh");
    await sees("fresh");
    assert.equal(eventsOf(it, "keeps")[0]?.serial, 0);
  });
});

function isWriting(pid: number, pipe: string): boolean {
  return readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === pipe;
    } catch {
      return false;
    }
  });
}
