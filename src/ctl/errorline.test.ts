import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure } from "./client/failure.ts";
import { errorLine, pythonError } from "./errorline.ts";

const line = (failure: Failure) => errorLine(pythonError(failure), "");

test("CTL-038, CTL-040, CTL-041: what the system says", () => {
  const connect = (code: string) => line({ kind: "connect", code });
  assert.equal(connect("ECONNREFUSED"), "error: <class 'ConnectionRefusedError'>, [Errno 111] Connection refused");
  assert.equal(connect("ENOENT"), "error: <class 'FileNotFoundError'>, [Errno 2] No such file or directory");
  assert.equal(connect("EACCES"), "error: <class 'PermissionError'>, [Errno 13] Permission denied");
  assert.equal(connect("ENOTFOUND"), "error: <class 'socket.gaierror'>, [Errno -2] Name or service not known");
  assert.equal(connect("ETIMEDOUT"), "error: <class 'TimeoutError'>, [Errno 110] Connection timed out");
  assert.equal(connect("EHOSTUNREACH"), "error: <class 'OSError'>, [Errno 113] No route to host");
  assert.equal(connect("ENAMETOOLONG"), "error: <class 'OSError'>, AF_UNIX path too long");
  assert.equal(connect("ESTRANGE"), "error: <class 'OSError'>, ESTRANGE");
});

test("CTL-045: what answers is no supervisord", () => {
  assert.equal(
    line({ kind: "http", status: 404, reason: "Not Found" }),
    "error: <class 'xmlrpc.client.ProtocolError'>, <ProtocolError for 127.0.0.1/RPC2: 404 Not Found>",
  );
  assert.equal(line({ kind: "not-http", line: "220 mail ready" }), "error: <class 'http.client.BadStatusLine'>, 220 mail ready");
  assert.match(
    line({ kind: "not-xmlrpc", where: "<methodResponse> was expected: line 1, column 0" }),
    /<class 'xml\.parsers\.expat\.ExpatError'>/,
  );
  assert.equal(
    line({ kind: "broken", code: null, answerBegun: false }),
    "error: <class 'http.client.RemoteDisconnected'>, Remote end closed connection without response",
  );
});

test("faults are shown as Python shows them, with the quotes that the text needs", () => {
  assert.equal(
    line({ kind: "fault", code: 6, text: "SHUTDOWN_STATE" }),
    "error: <class 'xmlrpc.client.Fault'>, <Fault 6: 'SHUTDOWN_STATE'>",
  );
  assert.equal(line({ kind: "fault", code: 92, text: "it's" }), `error: <class 'xmlrpc.client.Fault'>, <Fault 92: "it's">`);
});

test("the advice follows on the same line", () => {
  assert.equal(errorLine({ class: "X", text: "y" }, "do this"), "error: <class 'X'>, y: do this");
});
