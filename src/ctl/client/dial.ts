/** Opens a connection to supervisord. Never waits longer than it is told to. */
import { openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { bytesOf } from "../../bytes.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Address } from "./address.ts";
import type { Failure } from "./failure.ts";

/** Linux's O_PATH: to name a file, not to read it. */
const O_PATH = 0o10000000;

/** Resolves with a connected socket, which has no listeners, or with why there is none. */
export function dial(address: Address, withinMs: number): Promise<Result<Socket, Failure>> {
  return new Promise((resolve) => {
    const failed = (code: string) => resolve(refuse({ kind: "connect", code }));
    let socket: Socket;
    try {
      socket = connect(address.kind === "unix" ? { path: socketPath(address.path) } : { host: address.host, port: address.port });
    } catch (error) {
      return failed(codeOf(error) ?? "EINVAL"); // a path that no socket can have, such as one with a NUL in it
    }
    const timer = setTimeout(() => {
      socket.destroy();
      failed("ETIMEDOUT");
    }, withinMs);
    socket.once("error", (error) => {
      clearTimeout(timer);
      failed(codeOf(error) ?? "EIO");
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(ok(socket));
    });
  });
}

/** Node knows no names of sockets that are not UTF-8: it reaches them through a descriptor, which this program keeps until it ends. */
function socketPath(path: string): string {
  return path.isWellFormed() ? path : `/proc/self/fd/${openSync(bytesOf(path), O_PATH)}`;
}

/** The errno's name that Node puts on an error; null when it has none. */
export function codeOf(error: unknown): string | null {
  const code = error instanceof Error ? (error as Error & { readonly code?: unknown }).code : undefined;
  return typeof code === "string" ? code : null;
}
