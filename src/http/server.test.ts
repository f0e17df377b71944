/** The protocol as clients see it: routes, heads, bodies, status lines, connections. Raw bytes on a real socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, FakeControl, running, view } from "../rpc/control.fixture.ts";
import type { WaitOutcome } from "../rpc/control.ts";
import { callBody, header, names, post, serve } from "./serving.fixture.ts";

const STATE = callBody("supervisor.getState");
const OK = "HTTP/1.1 200 OK";
const BAD = "HTTP/1.1 400 Bad Request";
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("HTTP-040: whatever begins with /RPC2 once it is decoded is a call; case and slashes matter", async (t) => {
  const { ask } = await serve(t);
  for (const target of ["/RPC2", "/RPC2/", "/RPC2/foo", "/RPC2foo?x", "/%52PC2", "/RPC2#x"])
    assert.equal((await ask("POST", target, {}, STATE)).status, OK, target);
  for (const target of ["/rpc2", "//RPC2", "/x/RPC2"]) assert.equal((await ask("POST", target, {}, STATE)).status, BAD, target);
});

test("HTTP-041: a call is a POST", async (t) => {
  const { ask } = await serve(t);
  for (const method of ["GET", "HEAD", "PUT", "DELETE"]) assert.equal((await ask(method, "/RPC2")).status, BAD, method);
});

test("HTTP-044, HTTP-048: the pages by their exact names, slashes in front apart", async (t) => {
  const { ask, control } = await serve(t);
  for (const target of ["/ok.html", "//ok.html", "/ok%2ehtml", "/ok.html?x=y"]) {
    const reply = await ask("GET", target);
    assert.deepEqual(
      [reply.status, reply.body, header(reply, "Content-Type"), header(reply, "Content-Length")],
      [OK, "OK", "text/plain", "2"],
      target,
    );
  }
  assert.equal((await ask("POST", "/ok.html", {}, "a=b")).body, "OK");
  for (const target of ["/ok.htm", "/OK.html", "/x/ok.html", "/ok.html/"]) assert.match((await ask("GET", target)).status, / 404 /, target);
  control.moodNow = "SHUTDOWN";
  assert.equal((await ask("GET", "/ok.html")).body, "OK");
});

test("HTTP-049: path parameters are cut off, and the request is answered", async (t) => {
  const { ask } = await serve(t);
  assert.equal((await ask("GET", "/ok.html;x=y")).body, "OK");
});

test("HTTP-045, HTTP-046, HTTP-047: what has no route: 404 for GET, 400 for other methods, whatever the target is", async (t) => {
  const { ask, raw } = await serve(t);
  assert.equal((await ask("GET", "/nothere")).status, "HTTP/1.1 404 Not Found");
  assert.equal((await ask("GET", "http://h/ok.html")).status, "HTTP/1.1 404 Not Found");
  for (const [method, target] of [
    ["PUT", "/nothere"],
    ["DELETE", "/ok.html"],
    ["OPTIONS", "*"],
    ["POST", "/nothere"],
    ["TRACE", "/ok.html"],
  ] as const) {
    assert.equal((await ask(method, target)).status, BAD, `${method} ${target}`);
  }
  assert.equal((await raw("get /ok.html HTTP/1.1\r\n\r\n"))[0]?.status, BAD);
});

test("HTTP-050, HTTP-052, HTTP-053: a head that cannot be read is answered with 400 and ends the connection", async (t) => {
  const { raw } = await serve(t);
  const heads = [
    "GET /ok.html HTTP/1.1\n\n",
    "GET /ok.html HTTP/1.1\r\nBroken header line\r\n\r\n",
    "GET /\xff HTTP/1.1\r\n\r\n",
    "CONNECT h:1 HTTP/1.1\r\n\r\n",
    "NOPE /ok.html HTTP/1.1\r\n\r\n",
  ];
  for (const head of heads) {
    const [reply] = await raw(Buffer.from(head, "latin1"));
    assert.deepEqual([reply?.status, reply?.closed, reply && header(reply, "Connection")], [BAD, true, "close"], head);
    assert.match(reply?.body ?? "", /Error code 400/);
  }
  const [late] = await raw("\r\nGET /ok.html HTTP/1.0\r\n\r\n");
  assert.equal(late?.body, "OK");
});

test("HTTP-059: folded lines are refused", async (t) => {
  const { raw } = await serve(t);
  for (const head of ["GET /ok.html HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET /ok.html HTTP/1.1\r\n A: b\r\n\r\n"])
    assert.equal((await raw(head))[0]?.status, BAD);
});

test("HTTP-051: what is no request line at all gets no answer", async (t) => {
  const { raw } = await serve(t);
  for (const bytes of ["GARBAGE\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", "{}\r\n\r\n"])
    assert.deepEqual(await raw(Buffer.from(bytes, "latin1")), [], JSON.stringify(bytes));
});

test("HTTP-054, HTTP-055, HTTP-082: versions that nobody speaks, and none at all, are refused", async (t) => {
  const { raw } = await serve(t);
  for (const line of ["GET /ok.html HTTP/9", "GET /ok.html HTTP/2.0", "GET /ok.html HTTP/1.1.1", "GET /ok.html"]) {
    const [reply] = await raw(`${line}\r\n\r\n`);
    assert.deepEqual([reply?.status, reply?.closed], [BAD, true], line);
  }
});

test("HTTP-058, HTTP-073: header names in any case, any blanks around the value", async (t) => {
  const { raw } = await serve(t);
  for (const line of [`content-length:${STATE.length}`, `CONTENT-LENGTH:   ${STATE.length}  `]) {
    const [reply] = await raw(`POST /RPC2 HTTP/1.1\r\nConnection: close\r\n${line}\r\n\r\n${STATE}`);
    assert.equal(reply?.status, OK, line);
  }
});

test("HTTP-062: a request may come byte by byte", async (t) => {
  const { connect } = await serve(t);
  const socket = connect();
  socket.setNoDelay(true);
  let received = "";
  socket.on("data", (piece) => {
    received += String(piece);
  });
  for (const byte of post(STATE, { headers: "Connection: close\r\n" })) {
    socket.write(byte);
    await turn();
  }
  await new Promise((resolve) => socket.once("close", resolve));
  assert.match(received, /^HTTP\/1\.1 200 OK\r\n[\s\S]*RUNNING/);
});

test("HTTP-065: a POST without a length gets 411", async (t) => {
  const { ask } = await serve(t);
  for (const target of ["/RPC2", "/", "/index.html"])
    assert.equal((await ask("POST", target)).status, "HTTP/1.1 411 Length Required", target);
});

test("HTTP-066, HTTP-070: bodies in chunks are read, and who waits to be told to go on is told", async (t) => {
  const { raw } = await serve(t);
  const chunked = `${STATE.length.toString(16)}\r\n${STATE}\r\n0\r\n\r\n`;
  const [reply] = await raw(`POST /RPC2 HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`);
  assert.equal(reply?.status, OK);
  const [go, then] = await raw(post(STATE, { headers: "Expect: 100-continue\r\nConnection: close\r\n" }), 2);
  assert.deepEqual([go?.status, then?.status], ["HTTP/1.1 100 Continue", OK]);
});

test("HTTP-067, WEB-011: an empty body is answered", async (t) => {
  const { ask } = await serve(t);
  assert.equal((await ask("POST", "/RPC2", {}, "")).status, BAD);
  assert.equal((await ask("POST", "/", {}, "")).status, OK);
});

test("HTTP-068: a length that is none is refused", async (t) => {
  const { raw } = await serve(t);
  for (const length of ["-1", "x", "1.5", "0x10"])
    assert.equal((await raw(`POST /RPC2 HTTP/1.1\r\nContent-Length: ${length}\r\n\r\n`))[0]?.status, BAD, length);
  const both = `POST /RPC2 HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
  assert.equal((await raw(both))[0]?.status, BAD);
});

test("HTTP-069: a body that is cut short is no call; the bytes behind it are the next request", async (t) => {
  const { raw } = await serve(t);
  const [cut, next] = await raw(`POST /RPC2 HTTP/1.1\r\nContent-Length: 10\r\n\r\n${STATE.slice(0, 10)}GET /ok.html HTTP/1.1\r\n\r\n`, 2);
  assert.deepEqual([cut?.status, next?.body], [BAD, "OK"]);
});

test("HTTP-072: a body that is not UTF-8 is answered with 400", async (t) => {
  const { raw } = await serve(t);
  const body = Buffer.from(callBody("supervisor.getProcessInfo", "\xe9"), "latin1");
  const [reply] = await raw(Buffer.concat([Buffer.from(`POST /RPC2 HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`), body]));
  assert.equal(reply?.status, BAD);
});

test("HTTP-074, HTTP-075, HTTP-076, RPC-211: the headers of an answer to a call, in their order", async (t) => {
  const { raw } = await serve(t);
  const [reply] = await raw(post(STATE));
  assert.equal(reply?.status, OK);
  assert.deepEqual(reply?.headers, [
    ["Server", "Medusa/1.12"],
    ["Date", "Tue, 24 Nov 2026 05:40:27 GMT"],
    ["Content-Type", "text/xml"],
    ["Content-Length", String(Buffer.byteLength(reply?.body ?? ""))],
  ]);
});

test("RPC-178: the length counts bytes, also of an answer that had to wait", async (t) => {
  const { raw } = await serve(t, { control: new FakeControl(alone(view("café", { state: "STOPPED" }))) });
  const [reply] = await raw(post(callBody("supervisor.startProcessGroup", "café"), { headers: "Connection: close\r\n" }));
  assert.match(reply?.body ?? "", /<name>group<\/name>\n<value><string>café<\/string>[\s\S]*<\/methodResponse>\n$/);
  assert.equal(reply && header(reply, "Content-Length"), String(Buffer.byteLength(reply?.body ?? "")));
});

test("HTTP-077, HTTP-078: the page of an error, and how long each is", async (t) => {
  const { ask } = await serve(t);
  const missing = await ask("GET", "/nothere");
  assert.equal(
    missing.body,
    "<head>\r\n<title>Error response</title>\r\n</head>\r\n<body>\r\n<h1>Error response</h1>\r\n<p>Error code 404.\r\n<p>Message: Not Found.\r\n</body>\r\n",
  );
  assert.deepEqual(names(missing), ["Server", "Date", "Content-Length", "Content-Type"]);
  const lengths = [
    [await ask("PUT", "/"), "136"],
    [missing, "134"],
    [await ask("POST", "/RPC2"), "140"],
    [await ask("GET", "/?action=nothere"), "146"],
    [await ask("GET", "/?action=refresh"), "142"],
  ] as const;
  for (const [reply, length] of lengths) assert.equal(header(reply, "Content-Length"), length, reply.status);
});

test("HTTP-079: HEAD is answered like GET, without a body", async (t) => {
  const { ask } = await serve(t);
  for (const target of ["/ok.html", "/", "/stylesheets/supervisor.css", "/nothere"]) {
    const [get, head] = [await ask("GET", target), await ask("HEAD", target)];
    assert.deepEqual([head.status, head.headers, head.body], [get.status, get.headers, ""], target);
  }
});

test("HTTP-080: HTTP/1.1 stays open without a word, and closes when it is asked to", async (t) => {
  const { raw } = await serve(t);
  const [first, second] = await raw(post(STATE) + post(STATE), 2);
  assert.deepEqual([first?.status, second?.status, second?.closed], [OK, OK, false]);
  for (const word of ["close", "Close", "CLOSE"]) {
    const [reply] = await raw(post(STATE, { headers: `Connection: ${word}\r\n` }));
    assert.deepEqual([reply?.closed, reply && header(reply, "Connection")], [true, undefined], word);
  }
});

test("HTTP-081, RPC-179: HTTP/1.0 closes unless it is asked to stay, in any case of letters, for every kind of answer", async (t) => {
  const { raw } = await serve(t, { control: new FakeControl(alone(view("a"))) });
  const [plain] = await raw(post(STATE, { version: "1.0" }));
  assert.deepEqual([plain?.status, plain?.closed], ["HTTP/1.0 200 OK", true]);
  for (const word of ["keep-alive", "Keep-Alive"]) {
    for (const request of [
      post(STATE, { version: "1.0", headers: `Connection: ${word}\r\n` }),
      post(callBody("supervisor.startProcess", "a"), { version: "1.0", headers: `Connection: ${word}\r\n` }),
      `GET / HTTP/1.0\r\nConnection: ${word}\r\n\r\n`,
    ]) {
      const [reply] = await raw(request);
      assert.deepEqual(
        [reply?.status, reply?.closed, reply && header(reply, "Connection")],
        ["HTTP/1.0 200 OK", false, "Keep-Alive"],
        request,
      );
    }
  }
});

test("HTTP-034, HTTP-087, LOG-147: a line per answer at TRAC, whose bytes count the head", async (t) => {
  const { raw, activity } = await serve(t);
  const [reply] = await raw(`GET /ok.html HTTP/1.1\r\n\r\nGET /nothere?x HTTP/1.1\r\nConnection: close\r\n\r\n`, 2);
  const bytes = (text: string, body: number) => Buffer.byteLength(text) + body;
  const head = ["HTTP/1.1 200 OK", ...(reply?.headers ?? []).map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
  assert.equal(activity.lines[0], `trace localhost:0 - - [24/Nov/2026:05:40:27 +0000] "GET /ok.html HTTP/1.1" 200 ${bytes(head, 2)}`);
  assert.match(activity.lines[1] ?? "", /^trace localhost:0 - - \[.*\] "GET \/nothere\?x HTTP\/1\.1" 404 \d+$/);
});

test("HTTP-088, LOG-117: a line with error in it is written at ERRO", async (t) => {
  const { ask, activity } = await serve(t);
  activity.tracing = false;
  await ask("GET", "/some/Error");
  await ask("GET", "/other");
  assert.equal(activity.lines.length, 1);
  assert.match(activity.lines[0] ?? "", /^error localhost:0 .* "GET \/some\/Error HTTP\/1\.1" 404 /);
});

test("HTTP-089: a mistake of ours is status 500, a line at ERRO, and told to the daemon", async (t) => {
  const broken = {
    matches: (path: string) => path === "/broken",
    handle: () => {
      throw new Error("oops");
    },
  };
  const later = { matches: (path: string) => path === "/later", handle: async () => Promise.reject(new Error("late")) };
  const { ask, activity, bugs } = await serve(t, { routes: [broken, later] });
  for (const target of ["/broken", "/later"]) assert.equal((await ask("GET", target)).status, "HTTP/1.1 500 Internal Server Error");
  assert.match(activity.lines.join("\n"), /error \S+s\.sock:Server Error: Error: oops\n[\s\S]*Server Error: Error: late/);
  assert.equal(bugs.length, 2);
});

test("RPC-013: a mistake of ours inside a method, too", async (t) => {
  const control = new FakeControl();
  control.identifier = () => {
    throw new Error("oops");
  };
  const { ask, bugs } = await serve(t, { control });
  assert.equal((await ask("POST", "/RPC2", {}, callBody("supervisor.getIdentification"))).status, "HTTP/1.1 500 Internal Server Error");
  assert.equal(bugs.length, 1);
});

test("HTTP-091, HTTP-092, RPC-176: requests behind one that waits are answered behind it, whole", async (t) => {
  const control = new FakeControl(alone(view("a")));
  let started: (outcome: WaitOutcome) => void = () => undefined;
  control.starts.set(
    "a",
    new Promise((resolve) => {
      started = resolve;
    }),
  );
  const { raw } = await serve(t, { control });
  const replies = raw(post(callBody("supervisor.startProcess", "a")) + post(callBody("supervisor.getPID")), 2);
  while (control.done.length === 0) await turn();
  await turn();
  started("done");
  const [first, second] = await replies;
  assert.match(first?.body ?? "", /<boolean>1<\/boolean>/);
  assert.match(second?.body ?? "", /<int>11015<\/int>/);
});

test("HTTP-093, RPC-174, RPC-175: who goes away, or stops sending, loses the answer and nothing else", async (t) => {
  for (const leave of ["destroy", "end"] as const) {
    const control = new FakeControl(alone(view("a")));
    let started: (outcome: WaitOutcome) => void = () => undefined;
    control.starts.set(
      "a",
      new Promise((resolve) => {
        started = resolve;
      }),
    );
    const { connect, ask, bugs } = await serve(t, { control });
    const socket = connect();
    let received = "";
    socket.on("data", (piece) => {
      received += String(piece);
    });
    socket.write(post(callBody("supervisor.startProcess", "a")));
    while (control.done.length === 0) await turn();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket[leave]();
    await closed;
    started("done");
    assert.equal((await ask("GET", "/ok.html")).body, "OK");
    assert.deepEqual([received, bugs], ["", []], leave);
    assert.deepEqual(control.done, ["start a:a running"]);
  }
});

test("HTTP-094, RPC-172: others are served meanwhile", async (t) => {
  const control = new FakeControl(alone(view("a")));
  control.starts.set("a", new Promise(() => undefined));
  const { connect, ask } = await serve(t, { control });
  connect().write(post(callBody("supervisor.startProcess", "a")));
  while (control.done.length === 0) await turn();
  assert.equal((await ask("POST", "/RPC2", {}, STATE)).status, OK);
});

test("HTTP-071: the body of a request that needs none is not taken for the next request", async (t) => {
  const { raw } = await serve(t);
  const [first, second] = await raw("GET /ok.html HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789GET /nothere HTTP/1.1\r\n\r\n", 2);
  assert.deepEqual([first?.body, second?.status], ["OK", "HTTP/1.1 404 Not Found"]);
});

test("HTTP-106: who fails to come in is told in the access log alone", async (t) => {
  const { ask, activity } = await serve(t, { section: { username: "u", password: "p" } });
  for (let n = 0; n < 3; n++) assert.match((await ask("GET", "/ok.html")).status, / 401 /);
  assert.equal(activity.lines.length, 3);
  for (const line of activity.lines) assert.match(line, /^trace .* 401 \d+$/);
});

test("RPC-215: what the request says of its type does not matter", async (t) => {
  const { ask } = await serve(t);
  for (const type of ["text/plain", "application/json", "x"]) {
    assert.match((await ask("POST", "/RPC2", { "Content-Type": type, Accept: "image/png" }, STATE)).body, /RUNNING/);
  }
});

test("HTTP-039: a route of ours comes before the pages, and never before those of the original", async (t) => {
  const mine = {
    matches: () => true,
    handle: (exchange: { send: (status: 200, headers: string[], body: string) => void }) => exchange.send(200, [], "mine"),
  };
  const { ask } = await serve(t, { routes: [mine], control: new FakeControl(alone(running("a"))) });
  assert.equal((await ask("GET", "/ok.html")).body, "mine");
  assert.match((await ask("POST", "/RPC2", {}, STATE)).body, /RUNNING/);
  assert.match((await ask("GET", "/logtail/nope")).status, / 404 /);
});
