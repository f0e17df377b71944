/** Logs that are followed. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { alone, FakeControl, group, running, view } from "../rpc/control.fixture.ts";
import { PIECE_BYTES, STALL_MS_MAX } from "./bounds.ts";
import { header, names, type Reply, type Served, serve } from "./serving.fixture.ts";

const LOG = "/log/p.out";
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a client of a tail has got so far: the head, and the chunks put together. */
class Tail {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);

  constructor({ connect }: Served, target: string, { version = "1.1", headers = "" } = {}) {
    this.socket = connect();
    this.socket.on("data", (piece: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, piece]);
    });
    this.socket.write(`GET ${target} HTTP/${version}\r\nHost: x\r\n${headers}\r\n`);
  }

  get head(): string {
    const end = this.#bytes.indexOf("\r\n\r\n");
    return end < 0 ? "" : this.#bytes.subarray(0, end).toString("latin1");
  }

  get chunks(): readonly Buffer[] {
    let rest = this.#bytes.subarray(this.#bytes.indexOf("\r\n\r\n") + 4);
    if (!/transfer-encoding: chunked/i.test(this.head)) return [rest];
    const pieces: Buffer[] = [];
    for (let line = rest.indexOf("\r\n"); line >= 0; line = rest.indexOf("\r\n")) {
      const size = Number.parseInt(rest.subarray(0, line).toString(), 16);
      if (rest.length < line + 4 + size) break;
      pieces.push(rest.subarray(line + 2, line + 2 + size));
      rest = rest.subarray(line + 4 + size);
    }
    return pieces;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  /** Until the client has this text. */
  async has(text: string): Promise<void> {
    for (const end = performance.now() + 120_000; this.text !== text; await turn()) {
      if (performance.now() > end) assert.equal(this.text, text);
    }
  }

  async begun(): Promise<void> {
    while (this.head === "") await turn();
  }
}

function logging(text: string | Uint8Array): FakeControl {
  const control = new FakeControl([...alone(running("p"), view("none", { stdoutLogfile: null }), view("gone")), group("g", running("m"))]);
  control.write(LOG, text);
  return control;
}

/** Adds to the log and says so. */
function grow({ control, follow }: Served, text: string): void {
  control.write(LOG, Buffer.concat([control.contents.get(LOG) ?? Buffer.alloc(0), Buffer.from(text)]));
  follow.changed(LOG);
}

const settled = async () => {
  for (let n = 0; n < 20; n++) await turn();
};

test("HTTP-042, HTTP-109: the process by its namespec, the channel behind it, a query does not matter", async (t) => {
  const control = logging("out");
  control.write("/log/p.err", "err");
  control.write("/log/m.out", "member");
  const served = await serve(t, { control });
  const expected = {
    "/logtail/p": "out",
    "/logtail/p/stdout": "out",
    "/logtail/p/stderr": "err",
    "/logtail/g:m": "member",
    "/logtail/g%3Am": "member",
    "/logtail/p?x=y": "out",
    "/logtailx/p": "out",
    "/log%74ail/p:p": "out",
  };
  for (const [target, text] of Object.entries(expected)) await new Tail(served, target).has(text);
});

test("HTTP-109, HTTP-122: GET only", async (t) => {
  const { ask } = await serve(t, { control: logging("x") });
  for (const target of ["/logtail/p", "/mainlogtail"])
    for (const method of ["POST", "HEAD", "PUT"]) assert.match((await ask(method, target, {}, "")).status, / 400 /);
});

test("HTTP-110, HTTP-111, HTTP-112: no such process, channel, log or file", async (t) => {
  const { ask } = await serve(t, { control: logging("x") });
  for (const target of [
    "nope",
    "g",
    "g:*",
    "g:",
    "g:nope",
    "nope:m",
    "p/nochannel",
    "p/",
    "p/stdout/x",
    "none",
    "gone",
    "",
    "p/stdoutLogfile",
    "p/constructor",
  ]) {
    assert.match((await ask("GET", `/logtail/${target}`)).status, / 404 /, target);
  }
  for (const target of ["/logtail", "//logtail/p"]) assert.match((await ask("GET", target)).status, / 404 /, target);
});

test("HTTP-111: what is no regular file is no log", async (t) => {
  const { ask } = await serve(t, { control: new FakeControl(alone(running("p", { stdoutLogfile: "/folder/" }))) });
  assert.match((await ask("GET", "/logtail/p")).status, / 404 /);
});

test("HTTP-083, HTTP-113, HTTP-123: the headers, for the logs of processes and of the daemon", async (t) => {
  const control = logging("x");
  control.write("/log/supervisord.log", "main");
  const served = await serve(t, { control });
  const fields = async (target: string) => {
    const tail = new Tail(served, target);
    await tail.begun();
    const [status, ...lines] = tail.head.split("\r\n");
    return [status, ...lines.filter((line) => !line.startsWith("Date"))];
  };
  const modified = "Last-Modified: Mon, 24 Nov 2025 16:00:00 GMT";
  const common = ["HTTP/1.1 200 OK", "Server: Medusa/1.12", modified, "Content-Type: text/plain;charset=utf-8"];
  assert.deepEqual(await fields("/logtail/p"), [...common, "X-Accel-Buffering: no", "Transfer-Encoding: chunked"]);
  assert.deepEqual(await fields("/mainlogtail"), [...common, "Transfer-Encoding: chunked"]);
});

test("HTTP-114, LOG-106: first the last 1024 bytes, or all there is, or only the head", async (t) => {
  for (const [size, shown] of [
    [0, 0],
    [1, 1],
    [1023, 1023],
    [1024, 1024],
    [1025, 1024],
    [5000, 1024],
  ] as const) {
    const text = Array.from({ length: size }, (_, n) => String(n % 10)).join("");
    const tail = new Tail(await serve(t, { control: logging(text) }), "/logtail/p");
    await tail.begun();
    await tail.has(text.slice(size - shown));
  }
});

test("HTTP-115, HTTP-116: every growth comes as it is, at once, whatever bytes it has", async (t) => {
  const served = await serve(t, { control: logging("first\n") });
  const tail = new Tail(served, "/logtail/p");
  await tail.has("first\n");
  grow(served, "second\n");
  await tail.has("first\nsecond\n");
  served.control.write(LOG, Buffer.concat([served.control.contents.get(LOG) ?? Buffer.alloc(0), Buffer.from([0, 255, 254, 13, 10])]));
  served.follow.changed(LOG);
  while (tail.chunks.length < 3) await turn();
  assert.deepEqual(
    tail.chunks.slice(1).map((chunk) => chunk.toString("hex")),
    [Buffer.from("second\n").toString("hex"), "00fffe0d0a"],
  );
});

test("HTTP-117: a log that is rotated loses nothing: what is left of the old file comes first", async (t) => {
  const served = await serve(t, { control: logging("one\n") });
  const { control, follow } = served;
  const tail = new Tail(served, "/logtail/p");
  await tail.has("one\n");
  control.write(`${LOG}.1`, "one\nlast words\n");
  control.inodes.set(`${LOG}.1`, 1n);
  control.write(LOG, "new file\n");
  control.inodes.set(LOG, 2n);
  follow.changed(LOG);
  await tail.has("one\nlast words\nnew file\n");
});

test("HTTP-117: a file that is gone for a while is waited for, and its successor comes from its beginning", async (t) => {
  const served = await serve(t, { control: logging("one\n") });
  const { control, follow } = served;
  const tail = new Tail(served, "/logtail/p");
  await tail.has("one\n");
  control.contents.delete(LOG);
  follow.changed(LOG);
  await settled();
  assert.equal(tail.text, "one\n");
  control.write(LOG, "two\n");
  control.inodes.set(LOG, 2n);
  follow.changed(LOG);
  await tail.has("one\ntwo\n");
});

test("a file that is replaced between the look and the reading gives no byte of the wrong one", async (t) => {
  const control = logging("one\n");
  const served = await serve(t, { control });
  const tail = new Tail(served, "/logtail/p");
  await tail.has("one\n");
  const { readAt } = control.files;
  control.files.readAt = async (path, offset, length) => {
    control.files.readAt = readAt;
    control.write(`${LOG}.1`, "one\ntwo\n");
    control.inodes.set(`${LOG}.1`, 1n);
    control.write(LOG, "XXXXYYYY");
    control.inodes.set(LOG, 2n);
    const read = await readAt(path, offset, length);
    served.follow.changed(LOG);
    return read;
  };
  grow(served, "two\n");
  await tail.has("one\ntwo\nXXXXYYYY");
});

test("HTTP-118, LOG-106: a file that became shorter is told, and comes from its beginning", async (t) => {
  const served = await serve(t, { control: logging("first\nsecond\n") });
  const tail = new Tail(served, "/logtail/p");
  await tail.has("first\nsecond\n");
  served.control.write(LOG, "new\n");
  served.follow.changed(LOG);
  await tail.has("first\nsecond\n==> File truncated <==\nnew\n");
});

test("HTTP-118: a file that is written anew, with what was in it, goes on as if it had grown: it was empty for a moment", async (t) => {
  const served = await serve(t, { control: logging("first\n") });
  const tail = new Tail(served, "/logtail/p");
  await tail.has("first\n");
  served.control.write(LOG, "");
  served.follow.changed(LOG);
  await turn();
  await turn();
  served.control.write(LOG, "first\nsecond\n");
  served.follow.changed(LOG);
  await tail.has("first\nsecond\n");
});

test("HTTP-119: HTTP/1.0, and who asks to close, get it at once as well", async (t) => {
  for (const options of [{ version: "1.0" }, { headers: "Connection: close\r\n" }]) {
    const served = await serve(t, { control: logging("first\n") });
    const tail = new Tail(served, "/logtail/p", options);
    await tail.has("first\n");
    grow(served, "second\n");
    await tail.has("first\nsecond\n");
  }
});

test("HTTP-120: it goes on while the daemon goes down", async (t) => {
  const served = await serve(t, { control: logging("first\n") });
  served.control.moodNow = "SHUTDOWN";
  const tail = new Tail(served, "/logtail/p");
  await tail.has("first\n");
});

test("who goes away is forgotten", async (t) => {
  const served = await serve(t, { control: logging("x") });
  const tails = [new Tail(served, "/logtail/p"), new Tail(served, "/logtail/p")];
  for (const tail of tails) await tail.has("x");
  while (served.follow.watched.get(LOG)?.size !== 2) await turn();
  tails[0]?.socket.destroy();
  while (served.follow.watched.get(LOG)?.size !== 1) await turn();
  tails[1]?.socket.destroy();
  while (served.follow.watched.size > 0) await turn();
  assert.deepEqual(served.bugs, []);
});

test("nothing is read while nothing changes, and nothing more than a piece while the client takes none; who takes nothing at all is cut off", async (t) => {
  const control = logging("");
  const served = await serve(t, { control });
  let read = 0;
  const { readAt } = control.files;
  control.files.readAt = async (path, offset, length) => {
    const result = await readAt(path, offset, length);
    if (result.ok) read += result.value.length;
    return result;
  };
  const tail = new Tail(served, "/logtail/p");
  await tail.begun();
  await settled();
  assert.equal(read, 0);
  tail.socket.pause();
  const huge = 20 * PIECE_BYTES;
  grow(served, "x".repeat(huge));
  let before = -1;
  while (read !== before) {
    before = read;
    await settled();
  }
  // What the kernel's buffers hold, and one piece.
  assert.ok(read > 0 && read < huge / 2, `${read}`);
  served.timers.pass(control, STALL_MS_MAX);
  await new Promise((resolve) => tail.socket.resume().once("close", resolve));
  assert.deepEqual(served.bugs, []);
});

test("whatever is appended and whenever it is told, the client gets exactly the log", async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.boolean()), { maxLength: 12 }), async (steps) => {
      const served = await serve(t, { control: logging("start\n") });
      const tail = new Tail(served, "/logtail/p");
      await tail.has("start\n");
      for (const [text, wait] of steps) {
        grow(served, text);
        if (wait) await turn();
      }
      await tail.has(`start\n${steps.map(([text]) => text).join("")}`);
      tail.socket.destroy();
    }),
    { numRuns: 15 },
  );
});

test("HTTP-043, HTTP-122: the daemon's log; without a file there is none", async (t) => {
  const control = new FakeControl();
  control.write("/log/supervisord.log", "main\n");
  const served = await serve(t, { control });
  await new Tail(served, "/mainlogtail").has("main\n");
  await new Tail(served, "/mainlogtailx").has("main\n");
  const missing = async (): Promise<Reply> => served.ask("GET", "/mainlogtail");
  for (const path of [null, "/log/nothere"]) {
    control.mainLog = path;
    const reply = await missing();
    assert.match(reply.status, / 404 /);
    assert.equal(header(reply, "Content-Type"), "text/html");
    assert.ok(names(reply).includes("Content-Length"));
  }
});
