/** Who may come in. */
import assert from "node:assert/strict";
import { createHash, scryptSync } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Gate } from "./auth.ts";
import { SCRYPT_WAITING_MAX } from "./bounds.ts";
import { makeScrypt, parseScrypt } from "./passwords.ts";
import { peerOf, ScryptLine } from "./scryptline.ts";
import { basic, callBody, header, names, serve } from "./serving.fixture.ts";

const value = (username: string, password: string) => basic(username, password)["Authorization"];
const raw = (text: string | Buffer) => `Basic ${Buffer.from(text).toString("base64")}`;
/** A hundredth of what ours cost: what is looked at is who is checked when. */
const cheap = (password: string) => {
  const salt = Buffer.alloc(16, 7);
  return `{SCRYPT}8$8$1$${salt.toString("base64")}$${scryptSync(password, salt, 32, { N: 2 ** 8, r: 8, p: 1 }).toString("base64")}`;
};
const gate = new Gate({ username: "user", password: "pass:word" });
const DENIED = "HTTP/1.1 401 Unauthorized";

test("HTTP-096, HTTP-098, HTTP-105, HTTP-107: every route wants the password, also on a unix socket, and the answer ends the connection", async (t) => {
  const { ask } = await serve(t, { section: { username: "user", password: "pass" } });
  const targets = ["/", "/ok.html", "/tail.html", "/logtail/x", "/mainlogtail", "/stylesheets/supervisor.css", "/nothere", "/images", "*"];
  for (const target of targets) {
    const reply = await ask("GET", target, { Connection: "keep-alive" });
    assert.deepEqual([reply.status, reply.closed], [DENIED, true], target);
    assert.deepEqual(names(reply), ["Server", "Date", "Connection", "WWW-Authenticate", "Content-Length", "Content-Type"]);
    assert.deepEqual([header(reply, "WWW-Authenticate"), header(reply, "Content-Length")], ['Basic realm="default"', "137"]);
  }
  assert.equal((await ask("GET", "/ok.html", basic("user", "pass"))).body, "OK");
});

test("HTTP-108: the body of a call without the password is not looked at", async (t) => {
  const { ask, control } = await serve(t, { section: { username: "user", password: "pass" } });
  assert.equal((await ask("POST", "/RPC2", basic("user", "wrong"), callBody("supervisor.shutdown"))).status, DENIED);
  assert.equal((await ask("POST", "/RPC2", {}, callBody("supervisor.shutdown"))).status, DENIED);
  assert.deepEqual(control.done, []);
});

test("HTTP-097: an empty user name is none", () => {
  assert.equal(new Gate({ username: "", password: "x" }).check(undefined), "granted");
  assert.equal(new Gate({ username: null, password: null }).isOpen, true);
  assert.equal(gate.isOpen, false);
});

test("HTTP-099: Basic in any case of letters, and nothing else", () => {
  const [, token] = (value("user", "pass:word") ?? "").split(" ");
  for (const scheme of ["Basic", "basic", "BASIC"]) assert.equal(gate.check(`${scheme} ${token}`), "granted", scheme);
  for (const header of ["Digest x", `Bearer ${token}`, "Basic", token, "", undefined]) assert.equal(gate.check(header), "denied", header);
});

test("HTTP-100: the password is everything behind the first colon", () => {
  assert.equal(gate.check(value("user", "pass:word")), "granted");
  for (const [username, password] of [
    ["user", "pass"],
    ["user:pass", "word"],
    ["nobody", "pass:word"],
    ["user", ""],
    ["", ""],
    ["user", "pass:wordx"],
    ["USER", "pass:word"],
  ] as const) {
    assert.equal(
      new Gate({ username: "user", password: "pass:word" }).check(value(username, password)),
      username === "user:pass" ? "granted" : "denied",
      `${username} ${password}`,
    );
  }
});

test("HTTP-101: {SHA} and the hash in small letters", () => {
  const hash = createHash("sha1").update("secret").digest("hex");
  const hashed = new Gate({ username: "u", password: `{SHA}${hash}` });
  assert.equal(hashed.check(value("u", "secret")), "granted");
  for (const password of [hash, `{SHA}${hash}`, "", "Secret"]) assert.equal(hashed.check(value("u", password)), "denied", password);
  assert.equal(new Gate({ username: "u", password: `{SHA}${hash.toUpperCase()}` }).check(value("u", "secret")), "denied");
});

test("HTTP-102: wrong padding and what is no text are malformed; other characters are skipped", () => {
  assert.equal(gate.check("Basic dXNlcjpwYXNzOndvcmQ"), "malformed");
  assert.equal(gate.check("Basic dXNlcjpwYXNzOndvcmQ=="), "granted");
  assert.equal(gate.check("Basic YQ"), "malformed");
  assert.equal(gate.check("Basic YQ="), "malformed");
  assert.equal(gate.check(raw(Buffer.from([0xff, 0x3a, 0x61]))), "malformed");
  assert.equal(gate.check("Basic dXNl cjpw-YXNzO_ndvcmQ="), "granted");
});

test("HTTP-103: a text without a colon is the password of nobody", () => {
  assert.equal(gate.check(raw("user")), "denied");
  assert.equal(gate.check("Basic  "), "denied");
});

test("HTTP-104: blanks around the token do not matter", () => {
  const [, token] = (value("user", "pass:word") ?? "").split(" ");
  assert.equal(gate.check(`Basic  ${token} `), "granted");
});

test("HTTP-102: malformed credentials are status 400", async (t) => {
  const { ask } = await serve(t, { section: { username: "user", password: "pass" } });
  assert.equal((await ask("GET", "/ok.html", { Authorization: "Basic YQ" })).status, "HTTP/1.1 400 Bad Request");
});

test("only the very name and password are let in, whatever characters they have", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      (username, password, other) => {
        fc.pre(username !== "" && !username.includes(":") && !password.startsWith("{"));
        const mine = new Gate({ username, password });
        assert.equal(mine.check(value(username, password)), "granted");
        if (other !== password) assert.equal(mine.check(value(username, other)), "denied");
        if (other !== username && !other.includes(":")) assert.equal(mine.check(value(other, password)), "denied");
      },
    ),
    { numRuns: 300 },
  );
});

test("{SCRYPT}: what is made lets its password in, and nothing else; the second time costs nothing", async () => {
  const password = await makeScrypt("secret", Buffer.alloc(16, 7));
  assert.match(password, /^\{SCRYPT\}15\$8\$1\$/);
  const scrypt = new Gate({ username: "u", password });
  const first = scrypt.check(value("u", "secret"));
  assert.ok(first instanceof Promise);
  assert.equal(await first, "granted");
  assert.equal(scrypt.check(value("u", "secret")), "granted");
  assert.equal(await scrypt.check(value("u", "wrong")), "denied");
  assert.equal(await scrypt.check(value("x", "secret")), "denied");
  assert.equal(await scrypt.check(value("u", password)), "denied");
});

test("{SCRYPT}: what is not of its form, or would cost too much, lets nobody in and says why", () => {
  const bad = [
    "{SCRYPT}",
    "{SCRYPT}15$8$1$x$y",
    "{SCRYPT}30$8$1$AAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAA==",
    "{SCRYPT}15$8$99$AAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAA==",
    "{SCRYPT}0$8$1$AAAAAAAAAAA=$AAAAAAAAAAAAAAAAAAAAAA==",
  ];
  for (const password of bad) {
    assert.equal(parseScrypt(password)?.ok, false, password);
    assert.equal(new Gate({ username: "u", password }).check(value("u", password)), "denied", password);
  }
  assert.equal(parseScrypt("secret"), null);
});

test("{SCRYPT}: one is checked at a time, however many servers there are; of those that wait the longest of the greediest peer gives way", async () => {
  const line = new ScryptLine();
  const [log, release] = [[] as string[], [] as (() => void)[]];
  const ask = (peer: string, name: string, isGone = () => false) => {
    const checked = line.run({ connection: {}, peer, isGone }, async () => {
      log.push(name);
      await new Promise<void>((resolve) => release.push(resolve));
      return name;
    });
    return checked;
  };
  const next = async () => {
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    return log.at(-1);
  };
  const first = ask("a", "first");
  const strangers = Array.from({ length: SCRYPT_WAITING_MAX - 1 }, (_, n) => ask("a", `a${n}`));
  const owner = ask("b", "owner");
  const newest = ask("a", "newest");
  assert.deepEqual(log, ["first"]);
  // There is no room for the newest: the one of its peer that has waited longest is told so.
  assert.equal(await strangers[0], null);
  assert.equal(await next(), "newest");
  assert.equal(await first, "first");
  assert.equal(await next(), "owner");
  assert.equal(await newest, "newest");
  void next();
  assert.equal(await owner, "owner");
  const seen = [];
  for (let n = 0; n < 8; n++) seen.push(await next());
  assert.ok(seen.includes("a1"), "whoever has waited longest has its turn as well");
});

test("{SCRYPT}: who is gone is not checked, and a connection stands in line once", async () => {
  const line = new ScryptLine();
  const scrypt = new Gate({ username: "u", password: cheap("secret") }, line);
  const first = scrypt.check(value("u", "wrong"));
  const gone = scrypt.check(value("u", "wrong"), { connection: {}, peer: "", isGone: () => true });
  assert.equal(await gone, "busy");
  const left = { gone: false };
  const leaver = { connection: {}, peer: "", isGone: () => left.gone };
  const leaving = [scrypt.check(value("u", "x"), leaver), scrypt.check(value("u", "y"), leaver)];
  left.gone = true;
  assert.deepEqual(await Promise.all([first, ...leaving]), ["denied", "busy", "busy"]);
});

test("a peer is an address, of IPv6 a network of one customer", () => {
  assert.equal(peerOf("10.0.0.1"), "10.0.0.1");
  assert.equal(peerOf(undefined), "");
  assert.equal(peerOf("::ffff:10.0.0.1"), "::ffff:10.0.0.1");
  assert.equal(peerOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
  assert.equal(peerOf("2001:db8::1"), "2001:db8:0:0");
  assert.equal(peerOf("2001:db8:1:2::9"), peerOf("2001:db8:1:2:ffff::1"));
});

test("{SCRYPT}: twenty connections with wrong passwords do not keep out the owner, who has never been in before", async (t) => {
  const { ask } = await serve(t, { section: { username: "u", password: cheap("secret") } });
  let isOver = false;
  const strangers = Array.from({ length: 20 }, async (_, stranger) => {
    for (let n = 0; !isOver; n++) assert.match((await ask("GET", "/ok.html", basic("u", `${stranger} ${n}`))).status, / (401|503) /);
  });
  const owner = await ask("GET", "/ok.html", basic("u", "secret"));
  isOver = true;
  await Promise.all(strangers);
  assert.equal(owner.status, "HTTP/1.1 200 OK");
});

test("a password of bytes that are not UTF-8, out of the environment, is not the one that they look like", () => {
  const odd = new Gate({ username: "user", password: "\udce9\udce8" });
  for (const guess of ["\ufffd\ufffd", "\udce9\udce8", "éè", ""]) assert.equal(odd.check(value("user", guess)), "denied");
});
