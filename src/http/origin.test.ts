/** Browsers of other origins and under rebound names change nothing; programs are never refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerConfig } from "../config/model.ts";
import { alone, FakeControl, running } from "../rpc/control.fixture.ts";
import { type Asking, originProblem, originsOf } from "./origin.ts";
import { basic, callBody, OFFERS, serve } from "./serving.fixture.ts";

const tcp: ServerConfig = {
  ...OFFERS,
  kind: "inet",
  section: "inet_http_server",
  host: "0.0.0.0",
  port: 9001,
  username: null,
  password: null,
};
const unix: ServerConfig = {
  kind: "unix",
  ...OFFERS,
  section: "unix_http_server",
  file: "/s",
  mode: 0o700,
  uid: null,
  gid: null,
  username: null,
  password: null,
};

const open = originsOf(tcp, true, ["web01", "web01.corp.example"]);
const guarded = originsOf(tcp, false, []);
const local = originsOf(unix, true, []);

const may = (origins: typeof open, method: string, headers: Record<string, string>) =>
  originProblem(origins, { method, headers } satisfies Asking) === null;

/** The headers of programs: what Python, curl, Go, Java, PowerShell, Node's fetch and a Mac's own library send. */
const PROGRAMS: readonly Record<string, string>[] = [
  {},
  { host: "x" },
  { host: "evil.example", "user-agent": "Python-xmlrpc/3.11", "content-type": "text/xml" },
  { host: "web01.elsewhere.example:9001", "user-agent": "curl/7.88.1", accept: "*/*" },
  { host: "h", "user-agent": "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1" },
  { host: "h", "user-agent": "node", accept: "*/*", "accept-encoding": "gzip, deflate", "sec-fetch-mode": "cors" },
];

test("a program is never refused, whatever name it uses", () => {
  for (const origins of [open, guarded, local]) {
    for (const headers of PROGRAMS)
      for (const method of ["GET", "POST"]) assert.equal(may(origins, method, headers), true, JSON.stringify([method, headers]));
    // A Mac's library tells its language with everything; with a POST that is no sign of a browser.
    assert.equal(may(origins, "POST", { host: "evil.example", "accept-language": "en-us", "user-agent": "App/1 CFNetwork/1404" }), true);
  }
});

test("a browser's own pages may", () => {
  const same: readonly [string, Record<string, string>][] = [
    ["GET", { host: "localhost:9001", "sec-fetch-site": "same-origin", "accept-language": "de" }],
    ["GET", { host: "localhost:9001", "sec-fetch-site": "none", "accept-language": "de" }],
    ["GET", { host: "10.0.0.5:9001", referer: "http://10.0.0.5:9001/?message=x", "accept-language": "de" }],
    ["POST", { host: "10.0.0.5:9001", origin: "http://10.0.0.5:9001", "accept-language": "de" }],
    ["POST", { host: "web01", origin: "http://web01" }],
    ["POST", { host: "web01:80", origin: "http://web01" }],
    ["GET", { host: "[::1]:9001", referer: "http://[::1]:9001/" }],
    ["GET", { host: "WEB01.corp.example:9001", referer: "http://web01.corp.example:9001/" }],
  ];
  for (const [method, headers] of same)
    for (const origins of [open, guarded, local]) assert.equal(may(origins, method, headers), true, JSON.stringify(headers));
});

test("WEB-053: a page of another origin may not, however it hides where it comes from", () => {
  const host = "localhost:9001";
  const foreign: readonly [string, Record<string, string>][] = [
    ["GET", { host, "sec-fetch-site": "cross-site" }],
    ["GET", { host, "sec-fetch-site": "same-site", referer: "http://localhost:3000/" }],
    ["POST", { host, "sec-fetch-site": "cross-site", origin: "http://localhost:9001" }],
    ["POST", { host, origin: "http://evil.example" }],
    ["POST", { host, origin: "null" }],
    ["POST", { host, origin: "http://localhost:3000" }],
    ["POST", { host, origin: "chrome-extension://abc" }],
    ["POST", { host, origin: "" }],
    ["GET", { host, referer: "http://evil.example/" }],
    ["GET", { host, referer: "not an address", "accept-language": "de" }],
    // An image, a link, a frame with the referrer switched off, over plain HTTP: nothing tells where it comes from.
    ["GET", { host: "10.0.0.5:9001", "accept-language": "de", accept: "image/*" }],
  ];
  for (const [method, headers] of foreign)
    for (const origins of [open, guarded, local]) assert.equal(may(origins, method, headers), false, JSON.stringify(headers));
});

test("a name that has been pointed here may not, unless a password protects the server", () => {
  const rebound: readonly [string, Record<string, string>][] = [
    ["POST", { host: "evil.example:9001", origin: "http://evil.example:9001" }],
    ["GET", { host: "evil.example:9001", referer: "http://evil.example:9001/", "accept-language": "de" }],
    ["GET", { host: "evil.example:9001", "sec-fetch-site": "same-origin" }],
    ["GET", { host: "localhost.evil.example", referer: "http://localhost.evil.example/" }],
    ["GET", { host: "web01.evil.example", referer: "http://web01.evil.example/" }],
    ["GET", { host: "127.0.0.1.evil.example", referer: "http://127.0.0.1.evil.example/" }],
    ["POST", { origin: "http://evil.example:9001" }],
  ];
  for (const [method, headers] of rebound) {
    assert.equal(may(open, method, headers), false, JSON.stringify(headers));
    if (headers["host"] !== undefined) assert.equal(may(guarded, method, headers), true, JSON.stringify(headers));
  }
});

test("behind a proxy the name that the proxy was asked under counts as well", () => {
  const headers = { host: "127.0.0.1:9001", "x-forwarded-host": "sup.example, inner", origin: "https://sup.example" };
  assert.equal(may(guarded, "POST", headers), true);
  assert.equal(may(guarded, "POST", { ...headers, origin: "https://other.example" }), false);
});

test("calls and actions of other origins are refused before anything happens; reading pages is not", async (t) => {
  const control = new FakeControl(alone(running("a")));
  const { ask } = await serve(t, { control });
  const foreign = { Origin: "http://evil.example", "Content-Type": "text/plain" };
  const refused = await ask("POST", "/RPC2", foreign, callBody("supervisor.shutdown"));
  assert.equal(refused.status, "HTTP/1.1 403 Forbidden");
  assert.match(refused.body, /does not come from a page of this server/);
  for (const query of ["action=stopall", "processname=a&action=stop"]) {
    assert.equal((await ask("GET", `/?${query}`, { "Sec-Fetch-Site": "cross-site" })).status, "HTTP/1.1 403 Forbidden");
    assert.equal((await ask("POST", "/", foreign, query)).status, "HTTP/1.1 403 Forbidden");
  }
  assert.deepEqual(control.done, []);
  // A link on another page may open ours; a script there may not fetch it.
  assert.equal((await ask("GET", "/", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" })).status, "HTTP/1.1 200 OK");
  assert.equal((await ask("GET", "/", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" })).status, "HTTP/1.1 403 Forbidden");
  assert.equal(
    (await ask("GET", "/?processname=a&action=stop", { "Sec-Fetch-Site": "same-origin" })).status,
    "HTTP/1.1 301 Moved Permanently",
  );
});

test("a rebound name is refused on an open TCP server", async (t) => {
  const { ask, control } = await serve(t, { section: { tcp: "127.0.0.1" } });
  const rebound = { Host: "evil.example:9001", Origin: "http://evil.example:9001" };
  assert.equal((await ask("POST", "/RPC2", rebound, callBody("supervisor.shutdown"))).status, "HTTP/1.1 403 Forbidden");
  assert.equal((await ask("POST", "/RPC2", { Host: "evil.example:9001" }, callBody("supervisor.getState"))).status, "HTTP/1.1 200 OK");
  assert.deepEqual(control.done, []);
});

test("what programs print cannot be read under a rebound name, wherever it stands; programs and the user's own names can", async (t) => {
  const control = new FakeControl(alone(running("a")));
  control.write("/log/a.out", "secret");
  const { ask } = await serve(t, { section: { tcp: "127.0.0.1" }, control });
  const rebound = { Host: "evil.example:9001", "Accept-Language": "en", Accept: "*/*" };
  const whole = { ...rebound, Referer: "http://evil.example:9001/", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors" };
  for (const path of [
    "/logtail/a",
    "/logtail/a/stderr",
    "/mainlogtail",
    "/tail.html?processname=a",
    "/index.html",
    "/",
    "//index.html",
    "/healthz",
  ]) {
    for (const headers of [rebound, whole, { ...whole, Host: "localhost.evil.example" }, { ...whole, "Sec-Fetch-Mode": "navigate" }])
      assert.match((await ask("GET", path, headers)).status, / (403|404) /, path);
  }
  for (const headers of [
    { Host: "evil.example:9001", "User-Agent": "curl/8" },
    { Host: "in-etc-hosts:9001", "Accept-Language": "en" },
    { Host: "127.0.0.1:9001", "Accept-Language": "en" },
    // Node's fetch.
    { Host: "sup.example", "Accept-Language": "*", "Sec-Fetch-Mode": "cors", "User-Agent": "node" },
  ])
    assert.match((await ask("GET", "/tail.html?processname=a", headers)).body, /secret/, JSON.stringify(headers));
});

test("the password comes before the origin", async (t) => {
  const { ask } = await serve(t, { section: { username: "u", password: "p" } });
  assert.match((await ask("POST", "/RPC2", { Origin: "http://evil.example" }, callBody("supervisor.getState"))).status, / 401 /);
  assert.match(
    (await ask("POST", "/RPC2", { Origin: "http://evil.example", ...basic("u", "p") }, callBody("supervisor.getState"))).status,
    / 403 /,
  );
});
