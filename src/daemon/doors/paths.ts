/**
 * Paths as node's functions take them: bytes where a text would become other bytes, and the user's descriptors where he means them. `-c <(...)` of a shell
 * is /dev/fd/63 of the process that was started there, which is the keeper; we are its child and have others. What is read from there can be read again:
 * the launcher has seen to it (launcher/descriptors.c).
 */
import { pathOf } from "../../bytes.ts";

const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d{1,7})$/;
/** 0, 1 and 2 are the same here. */
const FIRST_OF_KEEPER = 3;

let keeperPid = process.ppid;

/** It has another pid from the moment on in which it becomes a daemon. */
export function keeperIs(pid: number): void {
  keeperPid = pid;
}

export function pathHere(path: string): string | Buffer {
  const descriptor = Number(DESCRIPTOR.exec(path)?.[1] ?? 0);
  return descriptor >= FIRST_OF_KEEPER ? `/proc/${keeperPid}/fd/${descriptor}` : pathOf(path);
}
