/** A request's bytes in, an answer's bytes out, and what the log is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { KNOWN_CALL_BYTES_MAX, KNOWN_CALLS_MAX, SHOWN_REQUEST_MAX } from "./bounds.ts";
import { makeCalls } from "./calls.ts";
import { alone, FakeActivity, FakeControl, running } from "./control.fixture.ts";
import { Endpoint } from "./endpoint.ts";

const request = (method: string, ...params: readonly string[]) =>
  Buffer.from(
    `<methodCall><methodName>${method}</methodName><params>${params.map((param) => `<param><value>${param}</value></param>`).join("")}</params></methodCall>`,
  );

function make(control = new FakeControl(alone(running("a")))) {
  const activity = new FakeActivity();
  return { control, activity, endpoint: new Endpoint(makeCalls(control, ["supervisor"]), activity) };
}

test("RPC-202: a good answer, byte for byte", () => {
  assert.deepEqual(make().endpoint.answer(request("supervisor.getAPIVersion")), {
    status: 200,
    xml: "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><string>3.0</string></value>\n</param>\n</params>\n</methodResponse>\n",
  });
});

test("RPC-203, RPC-204: a fault, byte for byte, and its status", () => {
  assert.deepEqual(make().endpoint.answer(request("nope")), {
    status: 200,
    xml:
      "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value><int>1</int></value>\n</member>\n" +
      "<member>\n<name>faultString</name>\n<value><string>UNKNOWN_METHOD</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n",
  });
});

test("RPC-209: what XML cannot carry is replaced, CR stays", async () => {
  const control = new FakeControl(alone(running("a")));
  control.write("/log/a.out", "a\u0000\u0008\u000b\u001b\r\n\t\u007f\uffff");
  const reply = await make(control).endpoint.answer(request("supervisor.readProcessStdoutLog", "a", "<int>0</int>", "<int>0</int>"));
  assert.ok(reply.status === 200);
  assert.match(String(reply.xml), /<string>a\ufffd\ufffd\ufffd\ufffd\r\n\t\u007f\ufffd<\/string>/);
});

test("RPC-013, RPC-014, LOG-114: a stumble is status 500 and a line at CRIT", async () => {
  const { endpoint, activity } = make();
  assert.deepEqual(await endpoint.answer(request("supervisor.startProcess", "<int>5</int>")), { status: 500 });
  assert.match(
    activity.lines.at(-1) ?? "",
    /^critical Handling XML-RPC request with data '<methodCall>.*' raised an unexpected exception: AttributeError: 'int' object has no attribute 'split'$/,
  );
});

test("RPC-015, LOG-146: calls and what came of them, at TRAC", () => {
  const { endpoint, activity } = make();
  void endpoint.answer(request("supervisor.getState"));
  void endpoint.answer(request("supervisor.getProcessInfo", "nope"));
  assert.deepEqual(activity.lines, [
    "trace XML-RPC method called: supervisor.getState()",
    "trace XML-RPC method supervisor.getState() returned successfully",
    "trace XML-RPC method called: supervisor.getProcessInfo()",
    "trace XML-RPC method supervisor.getProcessInfo() returned fault: [10] BAD_NAME: nope",
  ]);
});

test("RPC-216, RPC-217, LOG-116: what is no call, and why, at ERRO", () => {
  const { endpoint, activity } = make();
  assert.deepEqual(endpoint.answer(Buffer.from("it's\nno XML")), { status: 400 });
  assert.deepEqual(endpoint.answer(Buffer.from("<a/>")), { status: 400 });
  assert.deepEqual(activity.lines, [
    `error XML-RPC request data "it's\\nno XML" is invalid: unmarshallable`,
    "error XML-RPC request data '<a/>' is invalid: no method name",
  ]);
});

test("a long request is not shown whole", () => {
  const { endpoint, activity } = make();
  void endpoint.answer(Buffer.from("x".repeat(100_000)));
  assert.ok((activity.lines[0] ?? "").length < SHOWN_REQUEST_MAX + 200);
  assert.match(activity.lines[0] ?? "", /x'\.\.\. \(100000 bytes\) is invalid: unmarshallable$/);
});

test("RPC-170, RPC-177: a call that must wait is answered later, faults as well", async () => {
  const { endpoint, control } = make(new FakeControl(alone({ ...running("a"), state: "STOPPED", pid: 0 })));
  control.starts.set("a", "spawn-error");
  const reply = endpoint.answer(request("supervisor.startProcess", "a"));
  assert.ok(reply instanceof Promise);
  const settled = await reply;
  assert.ok(settled.status === 200);
  assert.match(String(settled.xml), /<int>50<\/int>[\s\S]*SPAWN_ERROR: a/);
});

test("a call that is known is answered anew, and not all are kept", () => {
  const { endpoint, control } = make();
  const ask = () => String((endpoint.answer(request("supervisor.getState")) as { xml: string }).xml);
  assert.match(ask(), /RUNNING/);
  for (let n = 0; n < 2 * KNOWN_CALLS_MAX; n++) void endpoint.answer(request(`supervisor.m${n}`));
  control.moodNow = "SHUTDOWN";
  assert.match(ask(), /SHUTDOWN_STATE/);
  const long = request("supervisor.getProcessInfo", "x".repeat(KNOWN_CALL_BYTES_MAX));
  assert.equal((endpoint.answer(long) as { status: number }).status, 200);
});
