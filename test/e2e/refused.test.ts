/** Clients that may not come in read why, each time: over a unix socket and over TCP, head and body in two writes, and the original's supervisorctl. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { test } from "node:test";
import { freePort, Instance, run } from "./instance.ts";

const ORIGINAL = "/usr/bin/supervisorctl";
const CALL = "<?xml version='1.0'?><methodCall><methodName>supervisor.getState</methodName><params></params></methodCall>";

const wrote = (socket: Socket, bytes: string): Promise<void> =>
  new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));

/** The status line, or the error that a client of this kind would see. */
async function status(where: NetConnectOpts, body: string): Promise<string> {
  const socket = connect(where);
  try {
    socket.pause();
    socket.on("error", () => undefined);
    await wrote(socket, `POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`);
    await wrote(socket, body);
    let received = "";
    socket.on("data", (piece) => {
      received += String(piece);
    });
    await new Promise((resolve) => socket.resume().once("end", resolve).once("error", resolve));
    return received.split("\r\n", 1)[0] ?? "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "?";
  } finally {
    socket.destroy();
  }
}

test("a client without a password is told so, 100 times of 100", { timeout: 300_000 }, async (t) => {
  const it = new Instance(t);
  const port = await freePort();
  it.configure(`[inet_http_server]\nport=127.0.0.1:${port}\nusername=u\npassword=p\n`);
  const text = readFileSync(it.conf, "utf8").replace("[unix_http_server]", "[unix_http_server]\nusername=u\npassword=p");
  writeFileSync(it.conf, text);
  await it.start();
  for (const where of [{ path: it.socket }, { host: "127.0.0.1", port }]) {
    const seen = new Set<string>();
    for (let n = 0; n < 100; n++) seen.add(await status(where, CALL));
    for (let n = 0; n < 5; n++) seen.add(await status(where, "x".repeat(5 * 1024 * 1024)));
    assert.deepEqual([...seen], ["HTTP/1.1 401 Unauthorized"]);
  }
  if (!existsSync(ORIGINAL) || !readFileSync(ORIGINAL, "latin1").startsWith("#!/usr/bin/python")) {
    return t.skip(`the original's supervisorctl is not installed as ${ORIGINAL}`);
  }
  for (let n = 0; n < 5; n++) {
    for (const given of [[], ["-u", "u", "-p", "wrong"]]) {
      const { stdout } = await run(ORIGINAL, ["-c", it.conf, ...given, "version"], { cwd: it.dir, input: "\n\n" });
      assert.match(stdout, /Server requires authentication/);
      assert.doesNotMatch(stdout, /pipe|reset|refused|line: [0-9]+, in/i);
    }
  }
});
