import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type DaemonFrame, decodeDaemonFrame, encodeKeeperFrame, welcomeFrames } from "../../../test/sim/keeper/codec.ts";
import { FrameReader } from "../../link/frames.ts";
import type { Report, Welcome } from "../../link/messages.ts";
import { keeperDescriptor } from "./keeper.ts";

/**
 * The door in a process of its own, since it takes an inherited descriptor over: the program below connects, says on its standard output what
 * comes, and sends what it is told to on its standard input. Descriptor 3 is a socket pair's end that node's `stdio: "pipe"` makes.
 */
const PROGRAM = fileURLToPath(new URL("./keeper.fixture.ts", import.meta.url));
const WELCOME: Welcome = {
  version: 1,
  keeperPid: 7,
  quickDeaths: 2,
  ready: true,
  daemonized: false,
  monoNs: 5n,
  freeSockets: 10,
  children: [],
  sockets: [],
  store: new Map([["k", Buffer.from("v")]]),
  sinks: [],
  streams: [],
};
const reportBytes = (value: Report): Buffer => encodeKeeperFrame({ type: "report", value });
const welcomeBytes = (): Buffer => Buffer.concat(welcomeFrames(WELCOME).map(encodeKeeperFrame));

type Door = {
  readonly child: ChildProcess;
  readonly socket: Socket;
  readonly frames: DaemonFrame[];
  nextLine(): Promise<string>;
  nextFrame(): Promise<DaemonFrame>;
  stderr(): string;
};

function openDoor(): Door {
  const child = spawn(process.execPath, ["--import", "tsx", PROGRAM], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: { ...process.env, HOLDFAST_KEEPER_FD: "3" },
  });
  after(() => child.kill("SIGKILL"));
  const socket = child.stdio[3] as unknown as Socket;
  const frames: DaemonFrame[] = [];
  const lines: string[] = [];
  let text = "";
  let errors = "";
  let wake: () => void = () => {};
  const reader = new FrameReader((tag, body) => {
    const frame = decodeDaemonFrame(tag, body);
    assert.ok(frame.ok);
    frames.push(frame.value);
  });
  socket.on("data", (chunk: Buffer) => {
    reader.push(chunk);
    wake();
  });
  socket.on("error", () => {});
  child.stdout?.on("data", (chunk: Buffer) => {
    const parts = (text + chunk.toString()).split("\n");
    text = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const next = async <T>(queue: T[]): Promise<T> => {
    for (;;) {
      const item = queue.shift();
      if (item !== undefined) return item;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { child, socket, frames, nextLine: () => next(lines), nextFrame: () => next(frames), stderr: () => errors };
}

test("connect says hello and gives the welcome; reports follow; a batch has its number", async () => {
  const door = openDoor();
  assert.deepEqual(await door.nextFrame(), { type: "hello", value: { versionMin: 1, versionMax: 2 } });
  const stream = Buffer.concat([welcomeBytes(), reportBytes({ type: "signal", report: 1n, signal: 15 })]);
  door.socket.write(stream.subarray(0, 21));
  door.socket.write(stream.subarray(21));
  assert.equal(await door.nextLine(), "welcome 7 k=v");
  assert.equal(await door.nextLine(), "report signal 1");
  door.child.stdin?.write("send 3\nsend 4\n");
  for (const [number, code] of [
    [1n, 3],
    [2n, 4],
  ] as const) {
    const frame = await door.nextFrame();
    assert.ok(frame.type === "batch");
    assert.deepEqual([frame.value.batch, frame.value.effects], [number, [{ type: "exit", code }]]);
    assert.equal(await door.nextLine(), `sent ${code}`);
  }
  door.child.kill("SIGKILL");
});

test("blocks larger than the reader's buffer arrive whole", async () => {
  const door = openDoor();
  await door.nextFrame();
  door.socket.write(welcomeBytes());
  await door.nextLine();
  for (let block = 1n; block <= 20n; block++) {
    door.socket.write(reportBytes({ type: "block", report: block, stream: 1, block, bytes: Buffer.alloc(300_000, Number(block)) }));
  }
  for (let block = 1; block <= 20; block++) assert.equal(await door.nextLine(), `report block ${block} 300000 ${block}`);
  door.child.kill("SIGKILL");
});

test("the end of the socket, garbage, or a refusal is told once with its reason", async () => {
  const endings: readonly [(socket: Socket) => void, string][] = [
    [(socket) => socket.destroy(), "the keeper is gone"],
    [(socket) => socket.write(Buffer.alloc(8)), "the keeper said what cannot be: a frame of 0 bytes"],
    [
      (socket) => socket.write(reportBytes({ type: "refused", report: 0n, batch: 0n, code: 3, text: "versions 2 to 2" })),
      "the keeper said what cannot be: refused: versions 2 to 2",
    ],
  ];
  await Promise.all(
    endings.map(async ([end, reason]) => {
      const door = openDoor();
      await door.nextFrame();
      end(door.socket);
      const [code] = (await once(door.child, "close")) as [number];
      assert.deepEqual([code, door.stderr()], [1, `${reason}\n`]);
    }),
  );
});

test("a keeper that is gone is told alike when a write notices it first; one that was told to end is no failure at all", async () => {
  const killed = openDoor();
  await killed.nextFrame();
  killed.socket.write(welcomeBytes());
  await killed.nextLine();
  killed.socket.pause();
  killed.child.stdin?.write("flood\n");
  assert.equal(await killed.nextLine(), "flooding");
  killed.socket.destroy();
  const [code] = (await once(killed.child, "close")) as [number];
  assert.deepEqual([code, killed.stderr()], [1, "the keeper is gone\n"]);

  const ending = openDoor();
  await ending.nextFrame();
  ending.socket.write(welcomeBytes());
  await ending.nextLine();
  ending.child.stdin?.write("send 0\n");
  assert.equal(await ending.nextLine(), "sent 0");
  ending.socket.destroy();
  const [endCode] = (await once(ending.child, "close")) as [number];
  assert.deepEqual([endCode, ending.stderr()], [0, ""]);
});

test("a send does not settle before the kernel took the bytes", async () => {
  const door = openDoor();
  await door.nextFrame();
  door.socket.write(welcomeBytes());
  await door.nextLine();
  door.socket.pause();
  door.child.stdin?.write("flood\n");
  assert.equal(await door.nextLine(), "flooding");
  door.child.stdin?.write("state\n");
  assert.equal(await door.nextLine(), "pending");
  door.socket.resume();
  assert.equal(await door.nextLine(), "flooded");
  door.child.kill("SIGKILL");
});

test("the descriptor is a number above the standard three", () => {
  assert.deepEqual(keeperDescriptor({ HOLDFAST_KEEPER_FD: "3" }), { ok: true, value: 3 });
  for (const text of [undefined, "", "2", "0", "-1", "3x", "1e3", "9999999"])
    assert.equal(keeperDescriptor({ HOLDFAST_KEEPER_FD: text }).ok, false, text);
});
