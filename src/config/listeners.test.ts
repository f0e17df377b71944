import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENT_NAMES } from "./eventnames.ts";
import { fault, faults, good } from "./load.fixture.ts";
import type { GroupConfig } from "./model.ts";
import { EVENT_LISTENER, PROGRAM } from "./optiontable.ts";

const text = (lines: string, name = "e") =>
  `[eventlistener:${name}]\ncommand=e\n${/^events/m.test(lines) ? "" : "events=EVENT\n"}${lines}\n`;

async function pool(lines: string): Promise<Extract<GroupConfig, { kind: "listeners" }>> {
  const [group] = (await good(text(lines))).groups;
  assert.ok(group?.kind === "listeners");
  return group;
}

const refused = (lines: string) => fault(text(lines));

test("EVT-114, CONF-270: a listener takes every option of a program, and three more", async () => {
  const more = Object.keys(EVENT_LISTENER).filter((name) => !(name in PROGRAM));
  assert.deepEqual(
    [more.sort(), Object.keys(PROGRAM).filter((name) => !(name in EVENT_LISTENER))],
    [["buffer_size", "events", "result_handler"], []],
  );
  const [process] = (await pool("startsecs=7\nstopsignal=INT\nautostart=false")).processes;
  assert.deepEqual([process?.startSecs, process?.stopSignal, process?.autostart], [7, 2, false]);
});

test("CONF-271, PROC-140: the pool's priority is -1, its processes' 999; an explicit one sets both", async () => {
  const both = async (lines: string) => {
    const { priority, processes } = await pool(lines);
    return [priority, processes[0]?.priority];
  };
  assert.deepEqual(await both(""), [-1, 999]);
  assert.deepEqual(await both("priority=5"), [5, 5]);
});

test("CONF-272: the order of the checks", async () => {
  const lines = "startsecs=x\nredirect_stderr=true\nevents=NOPE\nresult_handler=no:such\nbuffer_size=0\npriority=x";
  const places = (await faults(text(lines))).map(({ excerpt }) => excerpt?.split("=")[0]);
  assert.deepEqual(places, ["priority", "buffer_size", "result_handler", "events", "redirect_stderr", "startsecs"]);
});

test("CONF-273: buffer_size, 10 by default, at least 1", async () => {
  assert.deepEqual([(await pool("")).bufferSize, (await pool("buffer_size=1")).bufferSize], [10, 1]);
  assert.equal(await refused("buffer_size=0"), "[eventlistener:e] section sets invalid buffer_size (0)");
});

test("CONF-274: events in any case, each once, at least one", async () => {
  assert.deepEqual((await pool("events=tick_5, PROCESS_STATE,TICK_5")).events, ["TICK_5", "PROCESS_STATE"]);
  assert.equal(await refused("events="), '[eventlistener:e] section requires an "events" line');
  assert.equal(await fault("[eventlistener:e]\ncommand=e\n"), '[eventlistener:e] section requires an "events" line');
});

test("EVX-001 the types of LIFECYCLE, and their root, may be subscribed to; of one that is misspelt the nearest is named", async () => {
  const names = ["LIFECYCLE", "LIFECYCLE_READY", "LIFECYCLE_OOM", "LIFECYCLE_EXITING"];
  assert.deepEqual((await pool(`events=${names.join(",").toLowerCase()}`)).events, names);
  const [error] = await faults(text("events=LIFECYCLE_REDY"));
  assert.equal(error?.hint, "did you mean LIFECYCLE_READY?");
});

test("EVT-014, CONF-275, CONF-276: unknown events, also those that a plug-in of the original might register: the first of the list is reported, with what was meant", async () => {
  const [error] = await faults(text("events=EVENT,proces_state,TICK_6"));
  assert.deepEqual(
    [error?.message, error?.hint],
    ["Unknown event type PROCES_STATE in [eventlistener:e] events", "did you mean PROCESS_STATE, TICK_5?"],
  );
  assert.equal(await refused("events=EVENT,"), "Unknown event type  in [eventlistener:e] events");
});

test("CONF-277: the names of events", async () => {
  assert.equal(EVENT_NAMES.length, 40);
  assert.deepEqual((await pool(`events=${EVENT_NAMES.join(",")}`)).events, EVENT_NAMES);
});

test("CONF-278, CONF-279, CONF-280: result handlers must be known; Python's cannot be", async () => {
  assert.equal((await pool("")).resultHandler, "supervisor.dispatchers:default_handler");
  assert.equal((await pool("result_handler=supervisor_stdout:event_handler")).resultHandler, "supervisor_stdout:event_handler");
  for (const name of ["no.such:handler", "os", "!!", ""]) {
    const [error] = await faults(text(`result_handler=${name}`));
    assert.equal(error?.message, `${name} cannot be resolved within [eventlistener:e]: no such plug-in`);
    assert.match(error.hint ?? "", /Python plug-ins cannot be loaded here/);
  }
});

test("EVT-114, CONF-281: redirect_stderr is not allowed", async () => {
  assert.equal(
    await refused("redirect_stderr=true"),
    "[eventlistener:e] section sets redirect_stderr=true but this is not allowed because it will interfere with the eventlistener protocol",
  );
});

test("CONF-282, CONF-283: capture and syslog of stdout are accepted", async () => {
  const [process] = (await pool("stdout_capture_maxbytes=1KB\nstdout_syslog=true")).processes;
  assert.deepEqual([process?.stdout.captureMaxBytes, process?.stdout.syslog], [1024, true]);
});

test("CONF-284: the pool's name is not trimmed, its process' is; a space inside is refused with the section", async () => {
  const [group] = (await good(text("", " e "))).groups;
  assert.deepEqual([group?.name, group?.processes[0]?.name], [" e ", "e"]);
  assert.equal(
    await fault(text("", "a b")),
    "Invalid name: 'a b' because of character: ' ' in section 'eventlistener:a b' (file: '/etc/main.conf')",
  );
});
