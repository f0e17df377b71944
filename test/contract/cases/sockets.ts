/** Listening sockets: bound by the keeper, served by daemons or given to children, there for every successor. */
import assert from "node:assert/strict";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { connect } from "node:net";
import type { Listen } from "../../../src/link/messages.ts";
import { actor, begin, type Case, exited, spawned } from "../case.ts";
import { Daemon } from "../subject.ts";

const EADDRINUSE = 98;

function unix(socket: number, address: string, more: Partial<Listen> = {}): Listen {
  return {
    type: "listen",
    socket,
    family: "unix",
    serve: true,
    address,
    port: 0,
    mode: 0o700,
    uid: null,
    gid: null,
    backlog: 16,
    stale: "try-connect",
    ...more,
  };
}

function inet(socket: number, port: number, more: Partial<Listen> = {}): Listen {
  return {
    type: "listen",
    socket,
    family: "inet",
    serve: true,
    address: "127.0.0.1",
    port,
    mode: null,
    uid: null,
    gid: null,
    backlog: 16,
    stale: "error",
    ...more,
  };
}

/** The kernel's number of a socket behind a descriptor of a process. */
function socketInode(pid: number, descriptor: number): string {
  return /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? "";
}

/** The keeper binds under a name beside the path and links it to the path when it is complete. */
function listeningUnix(path: string): string {
  const lines = readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return lines.find((fields) => fields[7] === path || fields[7]?.startsWith(`${path}.`))?.[6] ?? "none";
}

function canConnect(path: string | number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof path === "string" ? connect(path) : connect(path, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

export const socketCases: readonly Case[] = [
  {
    name: "a unix socket to be served: its file, its mode, a descriptor of the daemon",
    async run(k) {
      const d = await begin(k);
      const path = `${k.folder}/s.sock`;
      await d.does(unix(1, path));
      const listened = await d.next("listened");
      assert.deepEqual([listened.socket, listened.step, listened.errno], [1, "done", 0]);
      assert.ok(listened.descriptor > 2);
      assert.ok(k.isSocket(path));
      if (k.kind !== "real") return;
      assert.equal(statSync(path).mode & 0o777, 0o700);
      assert.equal(socketInode(d.wire.pid, listened.descriptor), listeningUnix(path));
      assert.equal(await canConnect(path), true);
    },
  },
  {
    name: "an inet socket says the port that it got; the port is taken then",
    async run(k) {
      const d = await begin(k);
      await d.does(inet(1, 0));
      const listened = await d.next("listened");
      assert.deepEqual([listened.step, listened.port > 0], ["done", true]);
      if (k.kind === "real") assert.equal(await canConnect(listened.port), true);
      await d.does(inet(2, listened.port));
      const taken = await d.next("listened");
      assert.deepEqual([taken.socket, taken.errno, taken.descriptor], [2, EADDRINUSE, -1]);
      assert.notEqual(taken.step, "done");
    },
  },
  {
    name: "a successor is born with what is to be served, under the number of its socket",
    async run(k) {
      const d = await begin(k);
      const path = `${k.folder}/s.sock`;
      await d.does(unix(1, path), unix(2, `${k.folder}/children.sock`, { serve: false }));
      await d.next("listened", (one) => one.socket === 1);
      const given = await d.next("listened", (one) => one.socket === 2);
      assert.equal(given.step, "done");
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      const { sockets, freeSockets } = await next.hello();
      const mine = sockets.find((one) => one.socket === 1);
      assert.deepEqual([mine?.family, mine?.listening, mine?.serve, mine?.address], ["unix", true, true, path]);
      assert.ok((mine?.descriptor ?? -1) > 2);
      assert.deepEqual(
        sockets.filter((one) => one.socket === 2).map((one) => [one.serve, one.descriptor]),
        [[false, -1]],
      );
      assert.equal(freeSockets, 9, "the one that listens is one of ten");
      if (k.kind === "real") assert.equal(socketInode(next.wire.pid, mine?.descriptor ?? -1), listeningUnix(path));
    },
  },
  {
    name: "more than the unbound ones of a family: the next daemon gets it",
    async run(k) {
      const d = await begin(k);
      await d.does(...[1, 2, 3, 4, 5].map((socket) => unix(socket, `${k.folder}/s${socket}`)));
      const descriptors: number[] = [];
      for (const socket of [1, 2, 3, 4, 5]) descriptors.push((await d.next("listened", (one) => one.socket === socket)).descriptor);
      assert.deepEqual(
        descriptors.map((one) => one > 2),
        [true, true, true, true, false],
      );
      assert.equal(descriptors[4], -1);
      assert.equal(new Set(descriptors).size, 5);
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      const { sockets } = await next.hello();
      assert.ok((sockets.find((one) => one.socket === 5)?.descriptor ?? -1) > 2);
    },
  },
  {
    name: "an address where somebody answers is in use; a file that nobody answers at is replaced, a regular file never",
    async run(k) {
      const d = await begin(k);
      await k.listen(`${k.folder}/busy`);
      await k.stale(`${k.folder}/stale`);
      await k.stale(`${k.folder}/stale2`);
      k.write(`${k.folder}/file`, "x");
      await d.does(
        unix(1, `${k.folder}/busy`),
        unix(2, `${k.folder}/stale`),
        unix(3, `${k.folder}/file`),
        unix(4, `${k.folder}/stale2`, { stale: "error" }),
        unix(5, `${k.folder}/stale2`, { stale: "replace" }),
        unix(6, `${k.folder}/none/s`),
        unix(7, `${k.folder}/file`, { stale: "replace" }),
      );
      const steps: string[] = [];
      for (const socket of [1, 2, 3, 4, 5, 6, 7]) {
        const { step, errno } = await d.next("listened", (one) => one.socket === socket);
        assert.equal(errno === 0, step === "done", `errno ${errno} of socket ${socket}`);
        steps.push(step);
      }
      assert.deepEqual(steps, ["in-use", "done", "in-use", "in-use", "done", "bind", "in-use"]);
      assert.equal(k.text(`${k.folder}/file`), "x");
    },
  },
  {
    name: "unlisten closes, with or without its file; the address is free again",
    async run(k) {
      const d = await begin(k);
      const path = `${k.folder}/s`;
      await d.does(unix(1, path), unix(2, `${k.folder}/kept`));
      await d.next("listened", (one) => one.socket === 2);
      await d.does(
        { type: "unlisten", socket: 1, unlink: true },
        { type: "unlisten", socket: 2, unlink: false },
        { type: "unlisten", socket: 77, unlink: true },
      );
      await k.until(() => !k.exists(path) && !k.isSocket(path), "the file's end");
      await d.does(unix(3, path, { stale: "error" }));
      assert.equal((await d.next("listened", (one) => one.socket === 3)).step, "done");
      assert.ok(k.isSocket(`${k.folder}/kept`));
    },
  },
  {
    name: "a socket becomes a child's standard input; a number that is no socket fails at descriptors",
    async run(k) {
      const d = await begin(k);
      const path = `${k.folder}/fcgi`;
      await d.does(unix(1, path, { serve: false }));
      await d.next("listened");
      await d.does(actor(k, 1, ["line:up", "hold"], { stdin: 1 }));
      const { pid } = await spawned(d, 1);
      if (k.kind === "real") assert.equal(socketInode(pid, 0), listeningUnix(path));
      await d.does({ type: "signal", child: 1, signal: 9, to: "process" });
      await exited(d, 1, 9);
    },
  },
];
