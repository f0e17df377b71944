/** Goal: which processes are programs of an earlier supervisord of ours, from tables of processes as /proc shows them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../../result.ts";
import { findSurvivors, type Search, wordsOf } from "./survivors.ts";

type Row = {
  pid: number;
  parent?: number;
  session?: number;
  started?: number;
  comm?: string;
  state?: string;
  command?: string[];
  environment?: string[] | "unreadable" | "late";
  mounts?: bigint;
};

const URL = "unix:///run/s.sock";
const SEARCH: Search = { keeperPid: 500, daemonPid: 501, earlierPid: 300, url: URL, urls: new Map([["own", "http://central:9001"]]) };

function program(name: string, url: string | null = URL, group = name): string[] {
  const shared = ["PATH=/bin", "SUPERVISOR_ENABLED=1", `SUPERVISOR_PROCESS_NAME=${name}`, `SUPERVISOR_GROUP_NAME=${group}`];
  return url === null ? shared : [...shared, `SUPERVISOR_SERVER_URL=${url}`];
}

/** init, kthreadd, a shell, our keeper and daemon, and what a test adds. */
function host(rows: readonly Row[]): Row[] {
  return [
    { pid: 1, parent: 0, command: ["/sbin/init"] },
    { pid: 2, parent: 0 },
    { pid: 400, command: ["bash"], environment: program("terminal") },
    { pid: 500, parent: 400, started: 1000, command: ["/usr/bin/supervisord", "-n"] },
    { pid: 501, parent: 500, started: 1001, command: ["holdfast: daemon"], environment: program("terminal") },
    ...rows,
  ];
}

async function found(rows: readonly Row[], search: Partial<Search> = {}) {
  const table = new Map(rows.map((row) => [String(row.pid), row]));
  let late = 0;
  const survivors = await findSurvivors(
    {
      list: async () => (rows.length === 0 ? refuse("ENOENT") : ok(["self", "meminfo", ...table.keys()])),
      stat: async (path) => {
        const inode = table.get(path.split("/")[2] ?? "")?.mounts ?? 7n;
        return ok({ kind: "file", mode: 0, size: 0, device: 1n, inode, uid: 0, gid: 0, links: 1, mtimeMs: 0 });
      },
      readAt: async (path, _offset, length) => {
        const [, , pid = "", what] = path.split("/");
        const row = table.get(pid === "self" ? "501" : pid);
        if (row === undefined) return refuse("ENOENT");
        const { environment = ["PATH=/bin"] } = row;
        if (what === "environ" && environment === "late") late += 1;
        if (what === "environ" && typeof environment === "string") return refuse(environment === "late" ? "ETIMEDOUT" : "EACCES");
        const between = Array(15).fill("0").join(" ");
        const { comm = "sleep", state = "S", parent = 1, session = 10, started = 100 } = row;
        const texts: Record<string, string> = {
          stat: `${row.pid} (${comm}) ${state} ${parent} 0 ${session} ${between} ${started} 0`,
          environ: typeof environment === "string" ? "" : environment.map((text) => `${text}\0`).join(""),
          cmdline: `${(row.command ?? ["sleep", "1000"]).join("\0")}\0`,
        };
        return ok(new TextEncoder().encode(texts[what ?? ""]).slice(0, length));
      },
    },
    { ...SEARCH, ...search },
  );
  return { names: survivors.map(({ pid, program: name, comm }) => `${pid} ${name ?? `(${comm})`}`), late };
}

async function names(rows: readonly Row[], search: Partial<Search> = {}): Promise<string[]> {
  return (await found(rows, search)).names;
}

test("the topmost processes of our programs that are nobody's any more are named, also those of a program that is no longer configured", async () => {
  const rows = host([
    { pid: 310, environment: program("quiet") },
    { pid: 311, parent: 310, environment: program("quiet") },
    { pid: 312, parent: 311, environment: ["PATH=/bin"] },
    { pid: 320, comm: "x) S 1 (y", environment: program("worker_1", URL, "workers") },
    { pid: 330, environment: program("own", "http://central:9001") },
    { pid: 340, environment: ["A=".padEnd(100_000, "a"), ...program("large")] },
  ]);
  assert.deepEqual(await names(rows), ["310 quiet", "320 workers:worker_1", "330 own", "340 large"]);
});

test("never those of another instance, of a container, of a supervisord that lives, our own, our ancestors, what has ended", async () => {
  const rows = host([
    { pid: 600, environment: program("quiet", "unix:///run/other.sock") },
    { pid: 601, environment: program("quiet", "http://central:9001") },
    { pid: 602, environment: program("quiet", null) },
    { pid: 603, environment: program("quiet", "") },
    { pid: 604, environment: program("quiet"), mounts: 8n },
    { pid: 610, command: ["/usr/bin/python3", "-u", "/usr/bin/supervisord", "-n"] },
    { pid: 611, parent: 610, environment: program("quiet") },
    { pid: 612, parent: 611, environment: program("quiet") },
    { pid: 620, started: 1002, parent: 500, environment: program("quiet") },
    { pid: 621, started: 1003, environment: program("quiet") },
    { pid: 630, state: "Z", environment: program("quiet") },
    { pid: 640, parent: 2, environment: program("quiet") },
    { pid: 650, environment: "unreadable" },
    { pid: 660, environment: program("quiet\nCRIT forged") },
    { pid: 661, environment: program("") },
    { pid: 670, session: 300, command: ["holdfast: daemon"], environment: program("inner", "unix:///run/outer.sock") },
  ]);
  assert.deepEqual(await names(rows), []);
});

test("a nested supervisord that outlived the one around it is named, and none of its programs; a shell with the word in its command is none", async () => {
  const nested = host([
    { pid: 310, command: ["/usr/bin/supervisord"], environment: program("inner") },
    { pid: 311, parent: 310, environment: program("quiet", "unix:///run/inner.sock") },
    { pid: 312, parent: 310, environment: program("silent") },
    { pid: 320, command: ["sh", "-c", "while :; do supervisord -n; done"] },
    { pid: 321, parent: 320, environment: program("given") },
  ]);
  assert.deepEqual(await names(nested), ["310 inner", "321 given"]);
});

test("below a supervisord that takes in orphans, such as PID 1 of a container, its nested one's survivors are named", async () => {
  const rows = host([
    { pid: 450, command: ["/usr/bin/supervisord"] },
    { pid: 310, parent: 450, environment: program("quiet") },
    { pid: 311, parent: 450, environment: program("web", "unix:///run/outer.sock") },
  ]);
  const below = rows.filter(({ pid }) => pid !== 400).map((row) => (row.pid === 500 ? { ...row, parent: 450 } : row));
  assert.deepEqual(await names(below), ["310 quiet"]);
});

test("the session of an earlier supervisord in the background tells of programs without a server, and of those that wrote over their environment", async () => {
  const rows = host([
    { pid: 310, session: 300, environment: program("quiet", null) },
    { pid: 311, session: 300, comm: "nginx", environment: ["", "", ""] },
    { pid: 312, session: 300, comm: "redis\u001b[2J", environment: [" title 127.0.0.1:6379"] },
    { pid: 313, session: 300 },
    { pid: 314, session: 301, environment: ["", ""] },
  ]);
  assert.deepEqual(await names(rows, { url: null }), ["310 quiet", "311 (nginx)", "312 (redis?[2J)"]);
  assert.deepEqual(await names([...rows, { pid: 300 }], { url: null }), []);
  assert.deepEqual(await names(rows, { url: null, earlierPid: null }), []);
});

test("no /proc, or one of other processes: nothing; processes that hang are given up after three", async () => {
  assert.deepEqual(await names([]), []);
  assert.deepEqual(await names(host([{ pid: 310, environment: program("quiet") }]), { daemonPid: 9 }), []);
  const hanging = Array.from({ length: 50 }, (_, at): Row => ({ pid: 700 + at, environment: "late" }));
  assert.equal((await found(host(hanging))).late, 3);
});

test("a line says who, and what to do", () => {
  const said = (name: string | null) => wordsOf({ pid: 7, program: name, comm: "sleep" });
  assert.match(said("web:a"), /^a process of web:a \(sleep\) that an earlier supervisord started is still running with pid 7, .*: kill 7$/);
  assert.match(said(null), /^a process \(sleep\) that /);
});
