/**
 * Failures in the words of the original, which prints what Python raised. Deploy tools look for the class and the errno's text in these lines, so
 * both are kept (CTL-038..CTL-047, CLI-080..CLI-086); the source file and line that followed are replaced by a sentence for people (`advice.ts`).
 */

import { quoted } from "../config/quoting.ts";
import { unreachable } from "../result.ts";
import type { Failure } from "./client/failure.ts";

/** The class of Python's exception, and its text. */
export type PythonError = { readonly class: string; readonly text: string };

/** `error: <class 'X'>, TEXT: ADVICE`. */
export function errorLine(error: PythonError, advice: string): string {
  return `error: <class '${error.class}'>, ${error.text}${advice === "" ? "" : `: ${advice}`}`;
}

export function pythonError(failure: Failure): PythonError {
  switch (failure.kind) {
    case "fault":
      return { class: "xmlrpc.client.Fault", text: `<Fault ${failure.code}: ${quoted(failure.text)}>` };
    case "http":
      return { class: "xmlrpc.client.ProtocolError", text: `<ProtocolError for 127.0.0.1/RPC2: ${failure.status} ${failure.reason}>` };
    case "connect":
      return osError(failure.code);
    case "broken":
      if (failure.code !== null) return osError(failure.code);
      if (failure.answerBegun) return { class: "http.client.IncompleteRead", text: "IncompleteRead" };
      return { class: "http.client.RemoteDisconnected", text: "Remote end closed connection without response" };
    case "deadline":
      return { class: "TimeoutError", text: "timed out" };
    case "not-http":
      return { class: "http.client.BadStatusLine", text: failure.line };
    case "not-xmlrpc":
      return { class: "xml.parsers.expat.ExpatError", text: failure.where };
    case "url":
      return { class: "ValueError", text: failure.text };
    case "unexpected":
      return { class: failure.error, text: failure.text };
    default:
      return unreachable(failure);
  }
}

/** Errnos with their numbers on Linux, their texts, and Python's class for them; the plain OSError where it has none. */
const ERRNOS: Readonly<Record<string, readonly [number: number, text: string, errorClass?: string]>> = {
  EPERM: [1, "Operation not permitted", "PermissionError"],
  ENOENT: [2, "No such file or directory", "FileNotFoundError"],
  EACCES: [13, "Permission denied", "PermissionError"],
  ENOTDIR: [20, "Not a directory", "NotADirectoryError"],
  EMFILE: [24, "Too many open files"],
  EPIPE: [32, "Broken pipe", "BrokenPipeError"],
  ELOOP: [40, "Too many levels of symbolic links"],
  EPROTOTYPE: [91, "Protocol wrong type for socket"],
  ENETUNREACH: [101, "Network is unreachable"],
  ECONNRESET: [104, "Connection reset by peer", "ConnectionResetError"],
  ETIMEDOUT: [110, "Connection timed out", "TimeoutError"],
  ECONNREFUSED: [111, "Connection refused", "ConnectionRefusedError"],
  EHOSTUNREACH: [113, "No route to host"],
};

/** The resolver's failures, which have numbers of their own. (CTL-041) */
const RESOLVER: Readonly<Record<string, readonly [number: number, text: string]>> = {
  ENOTFOUND: [-2, "Name or service not known"],
  EAI_AGAIN: [-3, "Temporary failure in name resolution"],
};

function osError(code: string): PythonError {
  const known = ERRNOS[code];
  if (known !== undefined) return { class: known[2] ?? "OSError", text: `[Errno ${known[0]}] ${known[1]}` };
  const resolver = RESOLVER[code];
  if (resolver !== undefined) return { class: "socket.gaierror", text: `[Errno ${resolver[0]}] ${resolver[1]}` };
  return { class: "OSError", text: code === "ENAMETOOLONG" ? "AF_UNIX path too long" : code };
}
