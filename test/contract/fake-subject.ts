/** The fake keeper as a subject of the contract suite: a host of its own, its frames as bytes. */

import { FrameReader } from "../../src/link/frames.ts";
import { Chance } from "../sim/chance.ts";
import { decodeDaemonFrame, encodeKeeperFrame } from "../sim/keeper/codec.ts";
import type { Host } from "../sim/keeper/host.ts";
import { FakeKeeper } from "../sim/keeper/keeper.ts";
import { Scheduler } from "../sim/scheduler.ts";
import { Tree } from "../sim/tree.ts";
import type { Keeper, Wire } from "./subject.ts";

const PATIENCE_MS = 30_000;
const FOLDER = "/t";

export function fakeKeeper(seed = 1): Keeper {
  const scheduler = new Scheduler();
  const tree = new Tree();
  tree.directory(FOLDER);
  tree.put("/bin/actor", "", 0o755);
  tree.put("/bin/keeper", "", 0o755);
  tree.put("/dev/null", "");
  const host: Host = {
    scheduler,
    tree,
    chance: new Chance(seed),
    faults: { fork: () => 0, write: () => 0 },
    speed: { worker: [0.05, 3], pipe: [0.01, 2], link: [0.02, 1] },
    nextPid: 1000,
    trace: () => {},
    violation: () => {},
  };
  const waiting: Wire[] = [];
  const keeper = new FakeKeeper({ host, startDaemon: () => waiting.push(fakeWire(keeper, host)), onEnd: () => {} });
  keeper.start();
  const until: Keeper["until"] = async (condition, what) => {
    if (!(await scheduler.until(condition, scheduler.nowMs + PATIENCE_MS))) throw new Error(`waited in vain for ${what}`);
  };
  return {
    kind: "fake",
    folder: FOLDER,
    actor: "/bin/actor",
    itself: { keeper: "/bin/keeper", argv: ["/bin/daemon"] },
    until,
    get pid() {
      return keeper.self.pid;
    },
    get exitCode() {
      return keeper.ended;
    },
    async nextDaemon() {
      await until(() => waiting.length > 0, "a daemon");
      return waiting.shift() as Wire;
    },
    signal: (signal) => keeper.signal(signal),
    alive: (pid) => keeper.children.live.some((child) => child.pid === pid),
    pass: (ms) => scheduler.runTo(scheduler.nowMs + ms),
    text: (path) => tree.text(path),
    exists: (path) => tree.exists(path),
    write: (path, text, mode) => tree.put(path, text, mode),
    link: (path, target) => tree.link(path, target),
    rename: (from, to) => void tree.rename(from, to),
    isSocket: (path) => {
      const found = tree.find(path, false);
      return found.ok && found.value.kind === "socket";
    },
    listen: async (path) => {
      tree.special(path, "socket");
      keeper.sockets.others.add(`unix:${path}`);
    },
    stale: async (path) => void tree.special(path, "socket"),
    close: async () => {},
  };
}

function fakeWire(keeper: FakeKeeper, host: Host): Wire {
  let closed = false;
  const wire = {
    pid: host.nextPid++,
    onBytes: (_bytes: Buffer) => {},
    get closed() {
      return closed;
    },
    write: async (bytes: Buffer) => {
      if (closed) return;
      const read = reader.push(bytes);
      if (!read.ok) die({ code: 1 });
    },
    kill: async () => die({ signal: 9 }),
    quit: async (code: number) => die({ code }),
  };
  const connection = keeper.attach((frame) => wire.onBytes(encodeKeeperFrame(frame)));
  const reader = new FrameReader((tag, body) => {
    const frame = decodeDaemonFrame(tag, body);
    connection.receive(frame.ok ? frame.value : frame.error);
  });
  const die = (death: { code: number } | { signal: number }): void => {
    if (closed) return;
    closed = true;
    connection.died(death);
  };
  return wire;
}
