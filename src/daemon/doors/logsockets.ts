/**
 * The door to syslog over a network: one socket for each address, opened when the first line goes there, by a name that is looked up anew each time. What
 * cannot be sent yet waits, so much of it; whoever has more is told that it was dropped. (LOGX-041)
 */
import type { Socket as Datagrams } from "node:dgram";
import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import type { LogSocket, NetworkAddress, OpenLogSocket } from "../../doors.ts";

const WAITING_MAX = 1024 * 1024;
const AGAIN_MIN_MS = 1000;
const AGAIN_MAX_MS = 30_000;

/** What is open: takes a record; false when it takes no more for now. */
type Open = { readonly send: (record: Uint8Array) => boolean };
type Events = { readonly opened: (open: Open) => void; readonly room: () => void; readonly failed: () => void };

export const openLogSocket: OpenLogSocket = (address, onRoom) => new Sender(address, onRoom);

class Sender implements LogSocket {
  readonly #address: NetworkAddress;
  readonly #onRoom: () => void;
  #open: Open | null = null;
  #hasRoom = false;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #againMs = AGAIN_MIN_MS;
  #isTrying = false;
  #hasRefused = false;

  constructor(address: NetworkAddress, onRoom: () => void) {
    this.#address = address;
    this.#onRoom = onRoom;
  }

  send(record: Uint8Array): boolean {
    if (this.#waitingBytes + record.length > WAITING_MAX) {
      this.#hasRefused = true;
      return false;
    }
    this.#waiting.push(record);
    this.#waitingBytes += record.length;
    if (this.#open === null) this.#connect();
    else if (this.#hasRoom) this.#flush();
    return true;
  }

  #connect(): void {
    if (this.#isTrying) return;
    this.#isTrying = true;
    const events: Events = {
      opened: (open) => {
        this.#isTrying = false;
        this.#againMs = AGAIN_MIN_MS;
        this.#open = open;
        this.#flush();
      },
      room: () => this.#flush(),
      failed: () => this.#failed(),
    };
    if (this.#address.kind === "tcp") openStream(this.#address, events);
    else void openDatagrams(this.#address, events).catch(events.failed);
  }

  #flush(): void {
    this.#hasRoom = true;
    let sent = 0;
    for (const record of this.#waiting) {
      if (!this.#hasRoom || this.#open === null) break;
      this.#waitingBytes -= record.length;
      sent += 1;
      this.#hasRoom = this.#open.send(record);
    }
    this.#waiting = this.#waiting.slice(sent);
    if (!this.#hasRefused || this.#waitingBytes > WAITING_MAX / 2) return;
    this.#hasRefused = false;
    this.#onRoom();
  }

  #failed(): void {
    this.#open = null;
    this.#hasRoom = false;
    const waitMs = this.#againMs;
    this.#againMs = Math.min(AGAIN_MAX_MS, waitMs * 2);
    this.#isTrying = true;
    const timer = setTimeout(() => {
      this.#isTrying = false;
      if (this.#waiting.length > 0) this.#connect();
    }, waitMs);
    timer.unref();
  }
}

/** A refusal that comes back tells of a datagram before; then the name is looked up again. */
async function openDatagrams({ host, port }: NetworkAddress, { opened, failed }: Events): Promise<void> {
  // Only who wants it pays for it; a bundle that came out of the compiler's cache cannot import later.
  const { createSocket } = process.getBuiltinModule("node:dgram");
  const { address, family } = await lookup(host);
  const socket: Datagrams = createSocket(family === 6 ? "udp6" : "udp4");
  let isOver = false;
  socket.on("error", () => {
    if (isOver) return;
    isOver = true;
    socket.close();
    failed();
  });
  socket.unref();
  socket.connect(port, address, () => {
    if (isOver) return;
    opened({
      send: (record) => {
        if (!isOver) socket.send(record);
        return true;
      },
    });
  });
}

function openStream({ host, port }: NetworkAddress, { opened, room, failed }: Events): void {
  const socket: Socket = connect({ host, port, keepAlive: true });
  socket.unref();
  socket.on("error", () => socket.destroy());
  socket.on("close", failed);
  socket.on("drain", room);
  // Whatever a receiver says is passed over; that it has gone is seen by its end.
  socket.on("data", () => undefined);
  socket.on("end", () => socket.destroy());
  socket.on("connect", () => opened({ send: (record) => socket.write(record) }));
}
