/** A real server of this room on a unix socket (or loopback), over a daemon made of plain values, and bytes to and from it. */
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ServerConfig } from "../config/model.ts";
import { makeCalls } from "../rpc/calls.ts";
import { FakeActivity, FakeControl } from "../rpc/control.fixture.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./server.ts";

export type Reply = {
  readonly status: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly closed: boolean;
};

export class FakeFollow {
  readonly watched = new Map<string, Set<() => void>>();

  onGrowth(path: string, changed: () => void): () => void {
    const listeners = this.watched.get(path) ?? new Set();
    this.watched.set(path, listeners.add(changed));
    return () => {
      listeners.delete(changed);
      if (listeners.size === 0) this.watched.delete(path);
    };
  }

  changed(path: string): void {
    for (const listener of this.watched.get(path) ?? []) listener();
  }
}

/** How many turns of the loop a server may take to close its end. */
const TURNS_TO_CLOSE = 50;

/** Timers that ring when the test says so. */
export class FakeTimers {
  readonly #due = new Map<() => void, number>();
  #elapsed = 0;

  after(ms: number, ring: () => void): () => void {
    this.#due.set(ring, this.#elapsed + ms);
    return () => this.#due.delete(ring);
  }

  /** In how many milliseconds each will ring. */
  get pending(): readonly number[] {
    return [...this.#due.values()].map((due) => due - this.#elapsed);
  }

  /** Lets the time pass on the daemon's clock, and rings what is due. */
  pass(control: FakeControl, ms: number): void {
    control.monoMs += ms;
    this.#elapsed += ms;
    for (const [ring, due] of this.#due) {
      if (due > this.#elapsed) continue;
      this.#due.delete(ring);
      ring();
    }
  }
}

export type Served = {
  readonly server: HttpServer;
  readonly control: FakeControl;
  readonly activity: FakeActivity;
  readonly follow: FakeFollow;
  readonly timers: FakeTimers;
  readonly bugs: unknown[];
  readonly socketPath: string;
  /** Opens a connection; it is destroyed with the test. */
  connect(): Socket;
  /** Sends these bytes and gives what came back when the last of `replies` is complete, or the connection closed. */
  raw(request: string | Buffer, replies?: number): Promise<readonly Reply[]>;
  /** One request, with Host and Connection: close. */
  ask(method: string, target: string, headers?: Record<string, string>, body?: string): Promise<Reply>;
};

/** What a server of ours offers when nothing is said. */
export const OFFERS = { ui: "modern", api: true, metrics: true, health: true } as const;

type Section = Partial<Pick<ServerConfig, "username" | "password" | keyof typeof OFFERS>> & { readonly tcp?: string };

export async function serve(
  t: TestContext,
  options: Partial<HttpServerOptions> & { readonly section?: Section; readonly control?: FakeControl } = {},
): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-http-"));
  const socketPath = join(folder, "s.sock");
  const control = options.control ?? new FakeControl();
  const [activity, follow, timers, bugs] = [new FakeActivity(), new FakeFollow(), new FakeTimers(), [] as unknown[]];
  const { section = {}, ...rest } = options;
  const { tcp, ...said } = section;
  const credentials = { username: null, password: null, ...OFFERS, ...said };
  const unix = { kind: "unix", section: "unix_http_server", file: socketPath, mode: 0o700, uid: null, gid: null, ...credentials } as const;
  // Whatever the section says, the tests speak over a unix socket: nothing is opened to the network.
  const config: ServerConfig =
    tcp === undefined ? unix : { kind: "inet", section: "inet_http_server", host: tcp, port: 9001, ...credentials };
  const calls = makeCalls(control, ["supervisor"]);
  const server = createHttpServer({
    server: config,
    control,
    calls,
    activity,
    follow,
    timers,
    hostNames: [],
    bug: (error) => bugs.push(error),
    ...rest,
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const open = new Set<Socket>();
  t.after(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });
  const connectHere = () => {
    const socket = connect(socketPath);
    socket.on("error", () => undefined);
    open.add(socket);
    return socket;
  };
  const raw = (request: string | Buffer, replies = 1) => exchange(connectHere(), request, replies);
  const ask: Served["ask"] = async (method, target, headers = {}, body) => {
    const all = {
      Host: "localhost",
      Connection: "close",
      ...headers,
      ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
    };
    const head = Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("");
    const [reply] = await raw(`${method} ${target} HTTP/1.1\r\n${head}\r\n${body ?? ""}`);
    if (reply === undefined) throw new Error("no reply");
    return reply;
  };
  return { server, control, activity, follow, timers, bugs, socketPath, connect: connectHere, raw, ask };
}

export function header(reply: Reply, name: string): string | undefined {
  return reply.headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

export const names = (reply: Reply): readonly string[] => reply.headers.map(([name]) => name);

/** The message of the page after an action. */
export async function pageMessage({ ask }: Served, query: string): Promise<string> {
  const reply = await ask("GET", `/index.html?${query}`);
  if (!reply.status.includes(" 301 ")) throw new Error(`${query}: ${reply.status}`);
  const [, text = ""] = (header(reply, "Location") ?? "").split("?message=");
  return decodeURIComponent(text);
}

export function basic(username: string, password: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

export const callBody = (method: string, ...params: readonly string[]): string =>
  `<methodCall><methodName>${method}</methodName><params>${params.map((param) => `<param><value>${param}</value></param>`).join("")}</params></methodCall>`;

export function post(body: string, { version = "1.1", headers = "" } = {}): string {
  return `POST /RPC2 HTTP/${version}\r\nHost: x\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function exchange(socket: Socket, request: string | Buffer, replies: number): Promise<readonly Reply[]> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const finish = (closed: boolean) => {
      socket.removeAllListeners("data").removeAllListeners("close");
      resolve(split(received, closed).map(({ complete: _, ...reply }) => reply));
    };
    socket.on("data", (piece: Buffer) => {
      received = Buffer.concat([received, piece]);
      if (split(received, false).filter(({ complete }) => complete).length < replies) return;
      // A server that closes does it right behind the answer, and it lives in this process: turns of the loop count, not time.
      let closed = false;
      socket.removeAllListeners("close").once("close", () => {
        closed = true;
      });
      const look = (turns: number): void => {
        if (closed || turns === 0) finish(closed);
        else setImmediate(look, turns - 1);
      };
      look(TURNS_TO_CLOSE);
    });
    socket.once("close", () => finish(true));
    socket.write(request);
  });
}

type Part = Reply & { readonly complete: boolean };

function split(bytes: Buffer, closed: boolean): readonly Part[] {
  const parts: Part[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return [...parts, { status: "", headers: [], body: rest.toString(), closed, complete: closed }];
    const [status = "", ...lines] = rest.subarray(0, end).toString("latin1").split("\r\n");
    const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
    const value = (name: string) => headers.find(([each]) => each.toLowerCase() === name)?.[1];
    const after = rest.subarray(end + 4);
    const { body, used, complete } = bodyOf(after, value("content-length"), value("transfer-encoding"), closed, status);
    parts.push({ status, headers, body: body.toString(), closed, complete });
    if (!complete) return parts;
    rest = after.subarray(used);
  }
  return parts;
}

function bodyOf(bytes: Buffer, length: string | undefined, encoding: string | undefined, closed: boolean, status: string) {
  if (encoding === "chunked") return chunks(bytes);
  if (status.includes(" 304 ") || status.includes(" 100 ")) return { body: Buffer.alloc(0), used: 0, complete: true };
  if (length === undefined) return { body: bytes, used: bytes.length, complete: closed };
  const body = bytes.subarray(0, Number(length));
  return { body, used: body.length, complete: body.length === Number(length) };
}

function chunks(bytes: Buffer): { readonly body: Buffer; readonly used: number; readonly complete: boolean } {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    const size = line < 0 ? Number.NaN : Number.parseInt(bytes.subarray(at, line).toString(), 16);
    if (Number.isNaN(size) || bytes.length < line + 4 + size) return { body: Buffer.concat(pieces), used: at, complete: false };
    at = line + 4 + size;
    if (size === 0) return { body: Buffer.concat(pieces), used: at, complete: true };
    pieces.push(bytes.subarray(line + 2, line + 2 + size));
  }
}
