import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { envelopeBytes } from "../events/envelope.ts";
import { communicate } from "./communication.ts";
import { listen } from "./listener.ts";
import { connectToSupervisor } from "./supervisor.ts";

function pipes() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const said = () => String(stdout.read() ?? "");
  const send = (payload: string, serial = 0) =>
    stdin.write(envelopeBytes({ identifier: "s", pool: "p", serial, poolSerial: serial, name: "TICK_5", payload: Buffer.from(payload) }));
  return { stdin, stdout, said, send, listener: listen({ stdin, stdout, console: "leave" }) };
}

test("EVT-124, EVT-125: READY, the event, its result, without anything in between or behind", async () => {
  const { listener, send, said } = pipes();
  send("when:5");
  const event = await listener.wait();
  assert.equal(said(), "READY\n");
  assert.equal(event?.kind === "tick" && event.when, 5);
  await event?.ok();
  assert.equal(said(), "RESULT 2\nOK");
  send("when:10");
  await (await listener.wait())?.fail();
  assert.equal(said(), "READY\nRESULT 4\nFAIL");
  send("when:15");
  await (await listener.wait())?.send("né");
  assert.equal(said(), "READY\nRESULT 3\nné", "bytes are counted");
  await assert.rejects(listener.ok(), /one answer/);
});

test("EVT-121: the end of stdin is the end", async () => {
  const { listener, stdin } = pipes();
  stdin.end();
  assert.equal(await listener.wait(), null);
});

test("the loop answers what nobody else has answered, and a loop that is left answers nothing", async () => {
  const { listener, stdin, said, send } = pipes();
  for (let serial = 0; serial < 3; serial++) send("when:5", serial);
  stdin.end();
  const seen: number[] = [];
  for await (const event of listener) {
    seen.push(event.serial);
    if (event.serial === 1) await event.fail();
    if (event.serial === 2) break;
  }
  assert.deepEqual(seen, [0, 1, 2]);
  assert.equal(said(), "READY\nRESULT 2\nOKREADY\nRESULT 4\nFAILREADY\n");
});

test("EVT-126: what is between the tokens goes to listeners", async () => {
  const stream = new PassThrough();
  await communicate("né", stream);
  assert.equal(String(stream.read()), "<!--XSUPERVISOR:BEGIN-->né<!--XSUPERVISOR:END-->");
});

test("EVT-127: who was not started by supervisord cannot call it", () => {
  assert.throws(() => connectToSupervisor({}), /SUPERVISOR_SERVER_URL is not set/);
  assert.throws(() => connectToSupervisor({ SUPERVISOR_SERVER_URL: "ftp://a" }), /Unknown protocol/);
});
