/**
 * The door to the keeper: one stream socket, inherited as a descriptor. What comes is read into one buffer that is used again and again, so
 * a flood of blocks makes no garbage but the blocks themselves. A daemon without its keeper has nothing to live for: `onGone` ends it.
 */
import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { Keeper } from "../../doors.ts";
import { Client } from "../../link/client.ts";
import { encodeBatch, encodeHello } from "../../link/codec.ts";
import { type Batch, PROTOCOL_OLDEST, PROTOCOL_VERSION, type Report, type Welcome } from "../../link/messages.ts";
import { assert, ok, type Result, refuse } from "../../result.ts";
import { keeperIs } from "./paths.ts";

/** Where the keeper says which descriptor is its socket. */
export const KEEPER_FD_VARIABLE = "HOLDFAST_KEEPER_FD";

/** A few blocks of 64 KiB in one read. */
const READ_BUFFER_BYTES = 256 * 1024;

const LARGE_BYTES = 16 * 1024;

const ENDED: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET"]);

/** The descriptor in the environment: a number above the standard three, or a text that says what is wrong. */
export function keeperDescriptor(environment: NodeJS.ProcessEnv): Result<number, string> {
  const text = environment[KEEPER_FD_VARIABLE] ?? "";
  if (!/^[1-9]\d{0,5}$/.test(text) || Number(text) < 3)
    return refuse(`${KEEPER_FD_VARIABLE} is '${text}': this program is started by the keeper alone`);
  return ok(Number(text));
}

/**
 * Takes the socket over. `onGone` is called once, with the reason: the keeper ended, broke the protocol or refused our version; null: it ended
 * because it was told to. The composition root then ends the process with code 1, or 0; no promise of this door settles after it. `send` numbers
 * the batches from 1 in the order of its calls: that number is what `refused` and `unknown` name.
 */
export function openKeeper(descriptor: number, onGone: (reason: string | null) => void): Keeper {
  let gone = false;
  let toldToEnd = false;
  let batches = 0n;
  let client: Client | null = null;

  const leave = (reason: string): void => {
    if (gone) return;
    gone = true;
    socket.destroy();
    onGone(toldToEnd ? null : reason);
  };

  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
    callback: (length, buffer) => {
      if (client === null) leave("the keeper spoke before it was spoken to");
      else if (!gone) client.push(Buffer.from(buffer.buffer, buffer.byteOffset, length));
      return !gone;
    },
  };
  // node's types know `onread` for connecting alone; the constructor takes it as well.
  const options: SocketConstructorOpts & { onread: OnReadOpts } = { fd: descriptor, readable: true, writable: true, onread };
  const socket = new Socket(options);
  // A write may notice the end before a read does.
  socket.on("error", (error: NodeJS.ErrnoException) =>
    leave(ENDED.has(error.code ?? "") ? "the keeper is gone" : `the keeper's socket failed: ${error.message}`),
  );
  socket.on("end", () => leave("the keeper is gone"));
  socket.on("close", () => leave("the keeper is gone"));

  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => {
      socket.write(bytes, (error) => {
        if (gone || error) return;
        // Whoever sends much waits for this between its pieces: meanwhile others are heard.
        if (bytes.length > LARGE_BYTES) setImmediate(resolve);
        else resolve();
      });
    });

  return {
    connect: (onReport: (report: Report) => void) =>
      new Promise<Welcome>((resolve) => {
        assert(client === null, "connected twice");
        // Reports may stand in the same chunk as the welcome: they wait until whoever awaits the welcome has had his turn.
        let held: Report[] | null = [];
        const welcome = (value: Welcome): void => {
          resolve(value);
          setImmediate(() => {
            const first = held ?? [];
            held = null;
            for (const report of first) onReport(report);
          });
        };
        const report = (value: Report): void => {
          if (value.type === "daemonized") keeperIs(value.pid);
          if (held === null) onReport(value);
          else held.push(value);
        };
        client = new Client({ welcome, report, failed: (text) => leave(`the keeper said what cannot be: ${text}`) });
        void write(encodeHello({ versionMin: PROTOCOL_OLDEST, versionMax: PROTOCOL_VERSION }));
      }),
    send: (batch: Batch) => {
      toldToEnd ||= batch.effects.some((effect) => effect.type === "exit");
      return write(encodeBatch(++batches, batch));
    },
  };
}
