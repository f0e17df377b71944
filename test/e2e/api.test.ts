/** Goal: the JSON API, the metrics and the health checks of a real supervisord, as a page, Prometheus and a container use them. */
import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import type { LogPiece, OptionValue, ProcessRow, Snapshot, TimelineEntry, UpdateOutcome, UpdatePreview } from "../../src/api/types.ts";
import { slowness } from "../slowness.ts";
import { ask, askJson, Listening, type Message, type Where } from "./apiclient.ts";
import { freePort, Instance, until } from "./instance.ts";
import { parseMetrics } from "./prometheus.ts";

const LOGIN = { Authorization: `Basic ${Buffer.from("someone:secret").toString("base64")}` };

type RowsMessage = Message & { readonly processes: readonly ProcessRow[] };
type EventMessage = Message & { readonly event: { readonly type: string; readonly payload: string } };

describe("the API", () => {
  const it = new Instance({ after });
  const where: Where = { socketPath: it.socket };
  let port = 0;
  let bare = 0;

  before(async () => {
    port = await freePort();
    bare = await freePort();
    it.configure(sections());
    await it.start();
    await until("all are ready", async () => (await ask(where, "/readyz")).status === 200);
  });

  function sections(more = ""): string {
    return `
[inet_http_server:a]
port=127.0.0.1:${port}
username=someone
password=secret
[inet_http_server:b]
port=127.0.0.1:${bare}
ui=classic
api=false
metrics=false
health=false
[program:cat]
command=cat
startsecs=0
stdout_logfile=${it.dir}/cat.log
environment=TOKEN="hush"
[program:crash]
command=sh -c 'echo "no such table" >&2; exit 3'
autostart=false
startretries=0
[program:printer]
command=sh -c 'i=0; while [ $i -lt 2000 ]; do echo "line $i ----------------------------------------"; i=$((i+1)); done; cat'
startsecs=0
autostart=false
stdout_logfile=${it.dir}/printer.log
stdout_logfile_maxbytes=20KB
stdout_logfile_backups=9
[eventlistener:deaf]
command=cat
events=TICK_3600
${more}`;
  }

  const called = (method: string, body: unknown) => ask(where, `/api/v1/call/${method}`, { body });
  const infoOf = async (name: string): Promise<ProcessRow | undefined> => {
    const { groups } = await askJson<Snapshot>(where, "/api/v1/state");
    return groups.flatMap(({ processes }) => processes).find(({ namespec }) => namespec === name);
  };
  const row = (name: string) => (message: Message) =>
    message.kind === "processes" && (message as RowsMessage).processes.some((each) => each.namespec === name);

  test("methods take parameters by name and in a list; what is wrong is a status and an error", async () => {
    const cases: [string, unknown, number, unknown][] = [
      ["supervisor.getState", {}, 200, { result: { statecode: 1, statename: "RUNNING" } }],
      ["supervisor.getAPIVersion", [], 200, { result: "3.0" }],
      ["system.methodSignature", ["supervisor.getState"], 200, { result: ["struct"] }],
      ["holdfast.updateMode", [], 200, { result: "as-original" }],
      ["supervisor.startProcess", { name: "nobody" }, 404, { error: { code: 10, name: "BAD_NAME", message: "BAD_NAME: nobody" } }],
      ["supervisor.startProcess", { name: "cat" }, 409, { error: { code: 60, name: "ALREADY_STARTED", message: "ALREADY_STARTED: cat" } }],
    ];
    for (const [method, body, status, answer] of cases) {
      const got = await called(method, body);
      assert.deepEqual([got.status, JSON.parse(got.text)], [status, answer], method);
    }
    const wrong: [string, unknown, RegExp][] = [
      ["supervisor.startProcess", { name: 5 }, /name: expected string, got number/],
      ["supervisor.startProcess", { nam: "cat" }, /no parameter "nam"; there are: name, wait/],
      ["supervisor.startProcess", {}, /name is missing/],
      ["supervisor.startProcess", ["cat", true, 1], /3 parameters were given/],
      ["supervisor.startProcess", "cat", /neither an object nor a list/],
    ];
    for (const [method, body, message] of wrong) {
      const got = await called(method, body);
      assert.equal(got.status, 400, method);
      assert.match((JSON.parse(got.text) as { error: { message: string } }).error.message, message);
    }
    assert.equal((await called("supervisor.constructor", [])).status, 404);
    assert.equal((await ask(where, "/api/v1/call/supervisor.getState")).status, 404, "a GET calls nothing");
    assert.equal((await ask(where, "/api/v1/nothing")).status, 404);
  });

  test("a state change is told within milliseconds, with the events; a crash with its reason and its last words", async () => {
    const stream = await Listening.to(where, "/api/v1/stream?events=1");
    const { snapshot } = await stream.first<Message & { snapshot: Snapshot }>("a snapshot", ({ kind }) => kind === "snapshot");
    assert.deepEqual(
      snapshot.groups.map(({ name }) => name),
      ["deaf", "cat", "crash", "printer"],
    );
    const began = performance.now();
    await called("supervisor.stopProcess", { name: "cat" });
    await stream.first("cat is told of", row("cat"));
    assert.ok(performance.now() - began < 2000 * (await slowness()), "a stopped process is shown at once");
    await stream.first<EventMessage>("its event", ({ kind, event }) => kind === "event" && event.type === "PROCESS_STATE_STOPPED");
    await called("supervisor.startProcess", { name: "crash", wait: false });
    const told = await stream.first<RowsMessage>("its last words", (message) =>
      message.processes?.some(({ lastWords }) => lastWords.length > 0),
    );
    const crash = told.processes.find(({ name }) => name === "crash");
    assert.deepEqual(
      [crash?.state, crash?.lastWords, crash?.lastExit?.exitCode, crash?.lastExit?.expected],
      ["FATAL", ["no such table"], 3, false],
    );
    const { usage } = await stream.first<Message & { usage: unknown[] }>("figures", ({ kind }) => kind === "usage");
    assert.ok(usage.length > 0);
    stream.end();
    const timeline = await askJson<TimelineEntry[]>(where, "/api/v1/processes/crash/crash/timeline");
    assert.deepEqual(
      timeline.map(({ state, reason }) => `${state} ${reason}`),
      ["STARTING ", "BACKOFF exit 3", "FATAL exit 3"],
    );
    await called("supervisor.startProcess", { name: "cat" });
  });

  test("who stops reading costs a bounded amount and is told what he missed; the others go on", async () => {
    const slow = connect(it.socket);
    slow.pause();
    slow.write("GET /api/v1/stream?events=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const other = await Listening.to(where, "/api/v1/stream?events=1");
    const data = "x".repeat(3900);
    for (let round = 0; round < 40; round++) {
      const calls = Array.from({ length: 50 }, () => ({ methodName: "supervisor.sendRemoteCommEvent", params: ["flood", data] }));
      await called("system.multicall", [calls]);
    }
    const heard = ({ kind, event }: EventMessage) => kind === "event" && event.payload.startsWith("type:the end");
    // On a busy machine he may have missed something, too; then he is told so and goes on.
    await until("the other hears the end", async () => {
      await called("supervisor.sendRemoteCommEvent", ["the end", ""]);
      return other.messages.some((message) => heard(message as EventMessage));
    });
    let text = "";
    slow.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    slow.resume();
    await until("he is told", () => /event: missed\ndata: \{"count":\d+\}\n\nevent: snapshot/.test(text));
    slow.destroy();
    other.end();
  });

  test("a log comes in pieces, is followed over its rotations without a loss, and downloaded", async () => {
    const path = "/api/v1/processes/printer/printer/log/stdout";
    writeFileSync(it.path("printer.log"), "before\n");
    const follow = await Listening.to(where, `${path}/follow?from=0`);
    await called("supervisor.startProcess", { name: "printer" });
    const texts = () => follow.messages.flatMap((message) => (message.kind === "piece" ? [message["text"] as string] : []));
    await until("the last line", () => texts().join("").includes("line 1999 "));
    const lines = texts().join("").trimEnd().split("\n");
    assert.deepEqual(lines, ["before", ...Array.from({ length: 2000 }, (_, at) => `line ${at} ----------------------------------------`)]);
    assert.ok(follow.messages.some(({ kind, why }) => kind === "restarted" && why === "rotated"));
    follow.end();
    writeFileSync(it.path("cat.log"), "a£".repeat(100));
    const piece = await askJson<LogPiece>(where, "/api/v1/processes/cat/cat/log/stdout?from=1&length=4");
    assert.deepEqual(piece, { from: 1, next: 4, size: 300, text: "£a" });
    const end = await askJson<LogPiece>(where, "/api/v1/processes/cat/cat/log/stdout?from=-1");
    assert.deepEqual(end, { from: 300, next: 300, size: 300, text: "" });
    const whole = await ask(where, "/api/v1/processes/cat/cat/log/stdout/download");
    assert.equal(whole.text, "a£".repeat(100));
    assert.match(whole.headers["content-disposition"] ?? "", /attachment; filename\*=UTF-8''cat\.log/);
    assert.match((await askJson<LogPiece>(where, "/api/v1/log?from=0&length=5000")).text, /supervisord started/);
    assert.equal((await ask(where, "/api/v1/processes/cat/nobody/log/stdout")).status, 404);
    assert.equal((await ask(where, "/api/v1/processes/cat/cat/log/stdout?from=x")).status, 400);
  });

  test("options come with their places, and without secrets; an update is shown before it is made", async () => {
    const options = await askJson<OptionValue[]>(where, "/api/v1/processes/cat/cat/config");
    const command = options.find(({ option }) => option === "command");
    assert.deepEqual([command?.section, command?.value, command?.file], ["program:cat", "cat", it.conf]);
    assert.equal(options.find(({ option }) => option === "environment")?.value, 'TOKEN="…"');
    assert.equal(options.find(({ option }) => option === "startretries")?.file, null);
    it.configure(
      sections("[program:late]\ncommand=cat\nstartsecs=0\n").replace(
        "command=cat\nstartsecs=0\nstdout",
        "command=cat -u\nstartsecs=0\nstdout",
      ),
    );
    const preview = await askJson<UpdatePreview>(where, "/api/v1/update");
    assert.deepEqual(
      preview.groups.map(({ group, change, details }) => [
        group,
        change,
        details.map(({ option, from, to }) => `${option}: ${from} -> ${to}`),
      ]),
      [
        ["late", "added", []],
        ["cat", "changed", ["command: cat -> cat -u"]],
      ],
    );
    const stale = await askJson<OptionValue[]>(where, "/api/v1/processes/cat/cat/config");
    assert.deepEqual(
      stale.find(({ option }) => option === "command"),
      { section: "program:cat", option: "command", value: "cat", file: null, line: null },
    );
    const done = await askJson<UpdateOutcome[]>(where, "/api/v1/update", { body: { groups: ["late"] } });
    assert.deepEqual(done, [{ group: "late", done: "added", message: "" }]);
    assert.equal((await askJson<UpdatePreview>(where, "/api/v1/update")).groups.length, 1);
    const rest = await askJson<UpdateOutcome[]>(where, "/api/v1/update", { body: {} });
    assert.deepEqual(rest, [{ group: "cat", done: "updated", message: "" }]);
    await until("cat is up again", async () => (await infoOf("cat"))?.state === "RUNNING");
  });

  test("metrics are what Prometheus takes; the document tells of every method", async () => {
    // A program that has just been started has hardly any memory yet.
    const memory = /^holdfast_process_resident_memory_bytes\{group="cat",name="cat"\} (\d+)$/m;
    await until("cat has its memory", async () => Number(memory.exec((await ask(where, "/metrics")).text)?.[1]) > 100_000);
    const got = await ask(where, "/metrics");
    assert.equal(got.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    const metrics = parseMetrics(got.text);
    const one = (name: string, labels: object) =>
      metrics.get(name)?.find((each) => JSON.stringify(each.labels) === JSON.stringify(labels))?.value;
    const cat = { group: "cat", name: "cat" };
    assert.equal(one("holdfast_process_up", cat), 1);
    assert.equal(one("holdfast_process_state", { ...cat, state: "RUNNING" }), 1);
    assert.equal(one("holdfast_process_state", { group: "crash", name: "crash", state: "FATAL" }), 1);
    assert.ok((one("holdfast_process_resident_memory_bytes", cat) ?? 0) > 100_000);
    assert.equal(one("holdfast_event_queue_length", { pool: "deaf" }), 0);
    assert.ok((one("holdfast_cpu_seconds_total", { part: "daemon" }) ?? 0) > 0);
    const document = await askJson<{ openapi: string; paths: Record<string, unknown> }>(where, "/api/v1/openapi.json");
    assert.equal(document.openapi, "3.1.0");
    assert.ok("/api/v1/call/supervisor.startProcess" in document.paths && "/api/v1/processes/{group}/{name}/timeline" in document.paths);
  });

  test("everything asks for the password; other origins and borrowed names are refused; what is switched off is not there", async () => {
    const guarded: Where = { port };
    const paths = ["/", "/api/v1/state", "/api/v1/stream", "/metrics", "/healthz", "/readyz"];
    for (const path of paths) assert.equal((await ask(guarded, path)).status, 401, path);
    for (const path of ["/api/v1/state", "/metrics", "/healthz"])
      assert.equal((await ask(guarded, path, { headers: LOGIN })).status, 200, path);
    const evil = { Origin: "http://evil.example", "Sec-Fetch-Site": "cross-site" };
    const shot = await ask(guarded, "/api/v1/call/supervisor.shutdown", { body: [], headers: { ...LOGIN, ...evil } });
    assert.equal(shot.status, 403);
    assert.equal((await ask(guarded, "/api/v1/state", { headers: { ...LOGIN, ...evil } })).status, 403);
    const own = { ...LOGIN, Origin: `http://127.0.0.1:${port}`, "Sec-Fetch-Site": "same-origin" };
    assert.equal((await ask(guarded, "/api/v1/call/supervisor.getState", { body: [], headers: own })).status, 200);
    for (const path of paths.slice(1)) assert.equal((await ask({ port: bare }, path)).status, 404, path);
    const browser = { Accept: "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
    assert.match((await ask({ port: bare }, "/", { headers: browser })).text, /Supervisor Status/);
  });

  test("healthz lives while the daemon does, readyz while it serves", async () => {
    assert.equal((await ask(where, "/healthz")).text, "ok\n");
    const script = `trap '' TERM; echo deaf; while :; do sleep 0.1; done`;
    const log = it.path("stubborn.log");
    appendFileSync(it.conf, `[program:stubborn]\ncommand=sh -c "${script}"\nstartsecs=0\nstopwaitsecs=2\nstdout_logfile=${log}\n`);
    await ask(where, "/api/v1/update", { body: {} });
    await until("it does not hear", () => it.read("stubborn.log") === "deaf\n");
    await called("supervisor.shutdown", []);
    const readyz = await ask(where, "/readyz");
    assert.deepEqual([readyz.status, readyz.text], [503, "the daemon is in SHUTDOWN\n"]);
    assert.equal((await ask(where, "/healthz")).status, 503);
    assert.equal((await called("supervisor.startProcess", { name: "cat" })).status, 503);
  });
});
