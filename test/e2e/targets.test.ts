/** Goal: lines reach syslog (on a socket, by UDP, by TCP), the journal and further files, with receivers of the test's own; a rate leaves out the rest. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";
import { program } from "./programs.ts";

const says = (name: string, options: string, words = `echo out ${name}; echo err ${name} >&2`): string =>
  `[program:${name}]\ncommand=sh -c '${words}; sleep 1000'\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE\n${options}\n`;

test("LOGX-041: RFC 5424 by UDP and by TCP, with facility, tag and two levels; a receiver that comes late gets what waited", async (t) => {
  const it = new Instance(t);
  const udp = createSocket("udp4");
  const datagrams: string[] = [];
  udp.on("message", (message) => datagrams.push(String(message)));
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  t.after(() => udp.close());
  let stream = "";
  const tcp = createServer((socket: Socket) => socket.on("data", (piece) => (stream += String(piece))).on("error", () => undefined));
  tcp.listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const { port } = tcp.address() as AddressInfo;
  await new Promise((resolve) => tcp.close(resolve));
  const both = "stdout_syslog=true\nstderr_targets=syslog\n";
  it.configure(
    [
      says(
        "one",
        `${both}syslog_address=udp://127.0.0.1:${udp.address().port}\nsyslog_facility=local3\nsyslog_tag=shop.{process}\nsyslog_level=info,err\n`,
      ),
      says("two", `${both}syslog_address=tcp://localhost:${port}\n`),
    ].join(""),
  );
  await it.start();
  await until("both lines have come", () => datagrams.length >= 2);
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  const [err, out] = datagrams.sort();
  assert.match(out ?? "", new RegExp(String.raw`^<158>1 ${time} \S+ shop\.one \d+ stdout - out one$`));
  assert.match(err ?? "", new RegExp(String.raw`^<155>1 ${time} \S+ shop\.one \d+ stderr - err one$`));
  tcp.listen(port, "127.0.0.1");
  t.after(() => tcp.close());
  await until("what waited has come", () => /out two/.test(stream) && /err two/.test(stream));
  for (const record of [...stream.matchAll(/(\d+) (<14>1 .*? - (?:out|err) two)/g)]) assert.equal(Number(record[1]), record[2]?.length);
});

/** Receives datagrams of unix sockets, which Node.js cannot, and prints each as a line of JSON. */
const RECEIVER = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("ready", flush=True)
while True: print(json.dumps(s.recv(100000).decode("latin1")), flush=True)
`;

test("LOGX-040: a socket of one's own: the original's record, or facility, tag and pid", {
  skip: existsSync("/usr/bin/python3") ? false : "needs python3",
}, async (t) => {
  const it = new Instance(t);
  let heard = "";
  const receiver = spawn("/usr/bin/python3", ["-c", RECEIVER, it.path("log.sock")], { stdio: ["ignore", "pipe", "inherit"] });
  receiver.stdout.setEncoding("utf8").on("data", (text: string) => (heard += text));
  t.after(() => receiver.kill());
  await until("it listens", () => heard.includes("ready"));
  const records = (): string[] =>
    heard
      .split("\n")
      .slice(1, -1)
      .map((line) => JSON.parse(line) as string);
  const address = `syslog_address=${it.path("log.sock")}\n`;
  it.configure(
    [
      says("plain", `stdout_syslog=true\n${address}`),
      says("tagged", `stdout_targets=syslog\n${address}syslog_tag=T\n`),
      says(
        "limited",
        `stdout_targets=syslog\n${address}syslog_tag=L\nstdout_rate=1\nstdout_logfile=${it.path("limited.log")}\n`,
        "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; sleep 0.02; done",
      ),
    ].join(""),
  );
  await it.start();
  const having = (word: string): string[] => records().filter((record) => record.includes(word));
  const time = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`;
  await until("all have come", () => having("out ").length === 2 && having("dropped").length > 0);
  assert.match(having("out plain")[0] ?? "", new RegExp(`^<14>${time} supervisord: plain out plain$`));
  assert.match(having("out tagged")[0] ?? "", new RegExp(String.raw`^<14>${time} T\[\d+\]: out tagged$`));
  const numbers = having(": line ").map((record) => Number(record.split(": line ")[1]));
  assert.deepEqual(
    numbers.slice(0, 10),
    Array.from({ length: 10 }, (_, i) => i + 1),
    "LOGX-012: ten seconds' lines at once",
  );
  assert.match(having("dropped")[0] ?? "", /: holdfast: \d+ lines of limited dropped \(more than 1 a second\)$/);
  await until("the log has all", () => it.read("limited.log").split("\n").length === 31);
});

test("LOGX-043: two programs append whole lines to one file, besides their logs, over kills of the daemon and a reopening", async (t) => {
  const it = new Instance(t);
  const writer = (name: string): string =>
    `[program:${name}]\ncommand=${program("lines")} ${it.path(`${name}.last`)}\nstdout_logfile=${it.path(`${name}.log`)}
stdout_logfile_maxbytes=0\nstdout_logfile_prefix="{process} "\nstdout_targets=${it.path("all.log")}\nstartsecs=0\n\n`;
  it.configure(writer("a") + writer("b"));
  await it.start();
  await until("both write", () => it.read("all.log").includes("a 00") && it.read("all.log").includes("b 00"));
  for (let kill = 0; kill < 4; kill++) {
    const size = it.read("all.log").length;
    process.kill(await until("there is a daemon", () => it.daemonPid()), "SIGKILL");
    if (kill === 2) it.signal("SIGUSR2");
    await until("it goes on", () => it.read("all.log").length > size + 50_000);
  }
  await it.ctl("stop", "all");
  for (const name of ["a", "b"]) {
    const last = Number(it.read(`${name}.last`));
    await until("all is there", () => it.read(`${name}.log`).split("\n").length === last + 1);
    const lines = await until("all is there", () => {
      const found = it
        .read("all.log")
        .split("\n")
        .filter((line) => line.startsWith(`${name} `));
      return found.length >= last && found;
    });
    assert.deepEqual([`${lines.join("\n")}\n`.length, lines.length], [it.read(`${name}.log`).length, last]);
    for (const [at, line] of lines.entries()) assert.equal(Number(line.slice(2)), at + 1);
  }
  assert.equal(
    it
      .read("all.log")
      .split("\n")
      .slice(0, -1)
      .every((line) => /^[ab] \d{10}$/.test(line)),
    true,
  );
});
