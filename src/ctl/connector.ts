/** The ways to a supervisord: its methods, and its logs as streams. Everything that knows of sockets is behind this. */
import { parseServerUrl } from "./client/address.ts";
import type { Credentials } from "./client/request.ts";
import { type Pace, resuming } from "./client/resume.ts";
import { brokenRpc, makeRpc } from "./client/rpc.ts";
import { followLog, type StreamEnd } from "./client/stream.ts";
import { makeSupervisor, type Supervisor } from "./client/supervisor.ts";

/** Where to, and as whom. */
export type Target = { readonly serverUrl: string; readonly credentials: Credentials | null; readonly answerMs: number };

export interface Connector {
  /** A client with a connection of its own. */
  supervisor(): Supervisor;
  follow(path: string, take: (bytes: Buffer) => void, signal: AbortSignal): Promise<StreamEnd>;
}

export type ConnectTo = (target: Target) => Connector;

/** The real one. A URL that cannot be used fails at the first call, as in the original. (CTL-009) */
export function connectTo(pace: Pace): ConnectTo {
  return ({ serverUrl, credentials, answerMs }) => {
    const address = parseServerUrl(serverUrl);
    return {
      supervisor: () =>
        resuming(makeSupervisor(address.ok ? makeRpc(address.value, credentials, answerMs) : brokenRpc(address.error)), pace),
      follow: async (path, take, signal) =>
        address.ok
          ? followLog({ address: address.value, credentials, connectMs: answerMs }, path, take, signal)
          : { kind: "failed", failure: address.error },
    };
  };
}
