/** Clients that are slow, greedy or silent: each is cut off at its bound, and nobody else notices. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { alone, FakeControl, running, view } from "../rpc/control.fixture.ts";
import {
  ANSWERS_BYTES_MAX,
  BODIES_BYTES_MAX,
  BODY_MS_MAX,
  CALL_BYTES_MAX,
  CONNECTIONS_MAX,
  FORM_BYTES_MAX,
  HEAD_BYTES_MAX,
  HEAD_MS_MAX,
  PIECE_BYTES,
  PIPELINED_MAX,
  STALL_MS_MAX,
} from "./bounds.ts";
import { Deadlines } from "./deadlines.ts";
import type { Exchange } from "./exchange.ts";
import { callBody, FakeTimers, header, post, type Served, serve } from "./serving.fixture.ts";

const STATE = callBody("supervisor.getState");
const turn = () => new Promise((resolve) => setImmediate(resolve));
const settled = async () => {
  for (let n = 0; n < 30; n++) await turn();
};

function closed(socket: Socket): Promise<string> {
  let received = "";
  socket.on("data", (piece) => {
    received += String(piece);
  });
  return new Promise((resolve) => socket.once("close", () => resolve(received)));
}

async function connected(served: Served): Promise<Socket> {
  const socket = served.connect();
  await new Promise((resolve) => socket.once("connect", resolve));
  await settled();
  return socket;
}

/** Sends a request and waits for its answer, which stays unread in part or not. */
async function answered(socket: Socket, request: string): Promise<string> {
  const got = new Promise<string>((resolve) => socket.once("data", (piece) => resolve(String(piece))));
  socket.write(request);
  const text = await got;
  await settled();
  return text;
}

const alive = async ({ ask }: Served) => assert.equal((await ask("GET", "/ok.html")).body, "OK");

test("HTTP-061: a head that is too large is refused with 431", async (t) => {
  const served = await serve(t);
  const [ok] = await served.raw(`GET /ok.html HTTP/1.1\r\nConnection: close\r\nX: ${"x".repeat(HEAD_BYTES_MAX - 200)}\r\n\r\n`);
  assert.match(ok?.status ?? "", / 200 /);
  const [refused] = await served.raw(`GET /ok.html HTTP/1.1\r\nX: ${"x".repeat(HEAD_BYTES_MAX)}\r\n\r\n`);
  assert.deepEqual([refused?.status, refused?.closed], ["HTTP/1.1 431 Request Header Fields Too Large", true]);
  await alive(served);
});

test("HTTP-061: who has not sent a head in time is cut off, however slowly it drips", async (t) => {
  const served = await serve(t);
  const silent = await connected(served);
  const dripping = await connected(served);
  const blank = await connected(served);
  blank.write("\r\n\r\n");
  const gone = [silent, dripping, blank].map(closed);
  for (let n = 0; n < 5; n++) {
    dripping.write("GET /"[n] ?? "");
    await settled();
    served.timers.pass(served.control, HEAD_MS_MAX / 5);
  }
  assert.deepEqual(await Promise.all(gone), ["", "", ""]);
  await alive(served);
});

test("a body that does not come in time ends the connection", async (t) => {
  const served = await serve(t);
  const socket = await connected(served);
  const gone = closed(socket);
  socket.write(`POST /RPC2 HTTP/1.1\r\nContent-Length: 100\r\n\r\n<meth`);
  await settled();
  served.timers.pass(served.control, BODY_MS_MAX);
  assert.equal(await gone, "");
  await alive(served);
});

test("RPC-234: a call that is too large is refused with 413, announced or not; so is a form", async (t) => {
  const served = await serve(t);
  for (const [target, most] of [
    ["/RPC2", CALL_BYTES_MAX],
    ["/", FORM_BYTES_MAX],
  ] as const) {
    const [announced] = await served.raw(`POST ${target} HTTP/1.1\r\nContent-Length: ${most + 1}\r\n\r\n`);
    assert.deepEqual([announced?.status, announced?.closed], ["HTTP/1.1 413 Payload Too Large", true]);
    const [chunked] = await served.raw(
      `POST ${target} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${(most + 1).toString(16)}\r\n${"x".repeat(most + 1)}\r\n`,
    );
    assert.match(chunked?.status ?? "", / 413 /);
  }
  const text = "x".repeat(1024 * 1024);
  const [whole] = await served.raw(post(callBody("supervisor.getProcessInfo", text)));
  assert.match(whole?.body ?? "", /BAD_NAME/);
  await alive(served);
});

test("all bodies together are bounded: who comes too late gets 503, and room is made when the others go", async (t) => {
  const served = await serve(t);
  const greedy: Socket[] = [];
  const part = "x".repeat(CALL_BYTES_MAX - 1);
  for (let n = 0; n < Math.floor(BODIES_BYTES_MAX / part.length); n++) {
    const socket = await connected(served);
    greedy.push(socket);
    await new Promise((resolve) => socket.write(`POST /RPC2 HTTP/1.1\r\nContent-Length: ${CALL_BYTES_MAX}\r\n\r\n${part}`, resolve));
  }
  await settled();
  const full = post("x".repeat(CALL_BYTES_MAX));
  for (;;) {
    const [reply] = await served.raw(full);
    if (/ 503 /.test(reply?.status ?? "")) break;
    assert.match(reply?.status ?? "", / 400 /);
    await settled();
  }
  await alive(served);
  for (const socket of greedy) socket.destroy();
  await settled();
  for (;;) {
    const [reply] = await served.raw(full);
    if (/ 400 /.test(reply?.status ?? "")) break;
    await settled();
  }
});

test("HTTP-063: an idle connection is left alone, for days", async (t) => {
  const served = await serve(t);
  const socket = await connected(served);
  assert.match(await answered(socket, post(STATE)), /RUNNING/);
  for (let day = 0; day < 3; day++) {
    served.timers.pass(served.control, 86_400_000);
    await settled();
    assert.match(await answered(socket, post(STATE)), /RUNNING/);
  }
  assert.equal(socket.destroyed, false);
});

test("the rest of a body that nobody wanted must come in time; then the connection is idle like any other", async (t) => {
  const served = await serve(t);
  const [stuck, slow] = [await connected(served), await connected(served)];
  const gone = closed(stuck);
  for (const socket of [stuck, slow])
    assert.match(await answered(socket, "PUT /nothere HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234"), / 400 /);
  slow.write("56789");
  await settled();
  served.timers.pass(served.control, BODY_MS_MAX);
  await gone;
  served.timers.pass(served.control, 86_400_000);
  assert.match(await answered(slow, post(STATE)), /RUNNING/);
});

test("RPC-173: a call that waits has all the time of the world", async (t) => {
  const control = new FakeControl(alone(view("a")));
  control.starts.set("a", new Promise(() => undefined));
  const served = await serve(t, { control });
  const socket = await connected(served);
  socket.write(post(callBody("supervisor.startProcess", "a")));
  while (control.done.length === 0) await turn();
  for (let day = 0; day < 3; day++) served.timers.pass(control, 86_400_000);
  await settled();
  assert.equal(socket.destroyed, false);
});

test("HTTP-064: when there is no more room the connection that has been idle longest makes it", async (t) => {
  const served = await serve(t, { control: new FakeControl(alone(running("a"))) });
  const first = await connected(served);
  const second = await connected(served);
  await answered(first, post(STATE));
  await answered(second, post(STATE));
  await answered(first, post(STATE));
  const others: Socket[] = [];
  while (others.length < CONNECTIONS_MAX - 2) others.push(served.connect());
  await Promise.all(others.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
  await settled();
  // The newcomers are idle as well, but not as long; of the two that have asked, the second has been silent longer.
  const gone = closed(second);
  const newcomer = served.connect();
  await gone;
  assert.equal(first.destroyed, false);
  assert.match(await answered(newcomer, post(STATE)), /RUNNING/);
});

test("HTTP-064: when all are busy the newcomer is refused, and they are not disturbed", async (t) => {
  const control = new FakeControl(alone(view("a")));
  control.starts.set("a", new Promise(() => undefined));
  const served = await serve(t, { control });
  const busy = Array.from({ length: CONNECTIONS_MAX }, () => served.connect());
  for (const socket of busy) socket.write(post(callBody("supervisor.startProcess", "a")));
  while (control.done.length < CONNECTIONS_MAX) await turn();
  assert.equal(await closed(served.connect()), "");
  assert.ok(busy.every((socket) => !socket.destroyed));
  busy[0]?.destroy();
  await settled();
  await alive(served);
});

test("HTTP-092: who asks more at once than anybody needs is cut off", async (t) => {
  const control = new FakeControl(alone(view("a")));
  control.starts.set("a", new Promise(() => undefined));
  const served = await serve(t, { control });
  const socket = await connected(served);
  const gone = closed(socket);
  socket.write(post(callBody("supervisor.startProcess", "a")).repeat(PIPELINED_MAX + 1));
  assert.equal(await gone, "");
  assert.ok(control.done.length <= PIPELINED_MAX);
  await alive(served);
});

test("rubbish behind a request that waits ends the connection, and nothing is said in between", async (t) => {
  const control = new FakeControl(alone(view("a")));
  control.starts.set("a", new Promise(() => undefined));
  const served = await serve(t, { control });
  const socket = await connected(served);
  const gone = closed(socket);
  socket.write(`${post(callBody("supervisor.startProcess", "a"))}get / HTTP/1.1\r\n\r\n`);
  assert.equal(await gone, "");
  await alive(served);
});

test("who does not take its answer is cut off; who takes it slowly is not", async (t) => {
  const control = new FakeControl(alone(running("p")));
  control.write("/log/p.out", "x".repeat(8 * 1024 * 1024));
  const served = await serve(t, { control });
  const read = post(callBody("supervisor.readProcessStdoutLog", "p", "<int>0</int>", "<int>0</int>"));
  const [slow, stuck] = [await connected(served), await connected(served)];
  let taken = 0;
  slow.on("data", (piece: Buffer) => {
    taken += piece.length;
  });
  stuck.pause();
  for (const socket of [slow, stuck]) socket.write(read);
  slow.pause();
  await settled();
  for (let n = 0; n < 4; n++) {
    served.timers.pass(control, STALL_MS_MAX / 3);
    const before = taken;
    slow.resume();
    while (taken < before + 4 * PIECE_BYTES && !slow.destroyed) await turn();
    slow.pause();
    await settled();
    served.timers.pass(control, STALL_MS_MAX / 3);
    await settled();
  }
  await new Promise((resolve) => stuck.resume().once("close", resolve));
  assert.equal(slow.destroyed, false);
  slow.resume();
  while (taken < 8 * 1024 * 1024 && !slow.destroyed) await turn();
  assert.ok(taken > 8 * 1024 * 1024);
});

test("answers that nobody takes are bounded together: who comes too late gets 503", async (t) => {
  const block = Buffer.alloc(8 * 1024 * 1024, "x");
  const blocks = Array.from({ length: 8 }, () => block);
  const big = { matches: (path: string) => path === "/big", handle: (exchange: Exchange) => exchange.send(200, [], blocks) };
  const served = await serve(t, { routes: [big] });
  const request = "GET /big HTTP/1.1\r\nConnection: close\r\n\r\n";
  const stuck: Socket[] = [];
  for (let n = 0; n < Math.floor(ANSWERS_BYTES_MAX / (block.length * blocks.length)); n++) {
    const socket = await connected(served);
    // The first byte of the answer tells that it is held.
    const begun = new Promise((resolve) => socket.once("readable", resolve));
    stuck.push(socket.pause());
    socket.write(request);
    await begun;
  }
  const [late] = await served.raw(request);
  assert.match(late?.status ?? "", / 503 /);
  await alive(served);
  for (const socket of stuck) socket.destroy();
  await settled();
  const [head] = await served.raw("HEAD /big HTTP/1.1\r\nConnection: close\r\n\r\n");
  assert.match(head?.status ?? "", / 200 /);
});

test("an idle server has no timer", async (t) => {
  const served = await serve(t);
  assert.equal(served.timers.pending.length, 0);
  const socket = await connected(served);
  await answered(socket, post(STATE));
  assert.equal(served.timers.pending.length, 1);
  socket.destroy();
  while (served.timers.pending.length > 0) await turn();
});

test("deadlines ring at the earliest, once, and only for those that are late", () => {
  const [control, timers, rung] = [new FakeControl(), new FakeTimers(), [] as string[]];
  const deadlines = new Deadlines<string>(control.clock, timers, (key) => rung.push(key));
  deadlines.set("a", 100);
  deadlines.set("b", 50);
  deadlines.set("c", 200);
  assert.deepEqual(timers.pending, [50]);
  deadlines.lift("b");
  timers.pass(control, 50);
  assert.deepEqual([rung, timers.pending], [[], [50]]);
  deadlines.set("a", 60);
  timers.pass(control, 50);
  assert.deepEqual(rung, []);
  timers.pass(control, 10);
  assert.deepEqual(rung, ["a"]);
  deadlines.delete("c");
  deadlines.delete("b");
  deadlines.delete("a");
  assert.equal(timers.pending.length, 0);
});

test("a connection that is refused by its head is told so in the words of every error", async (t) => {
  const [reply] = await (await serve(t)).raw("get / HTTP/1.1\r\n\r\n");
  assert.deepEqual(
    reply?.headers.map(([name]) => name),
    ["Server", "Date", "Connection", "Content-Length", "Content-Type"],
  );
  assert.equal(reply && header(reply, "Content-Length"), "136");
});
