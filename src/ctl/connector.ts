/** The ways to a supervisord: its methods, and its logs as streams. Everything that knows of sockets is behind this. */

import { type Result, refuse } from "../result.ts";
import { parseServerUrl } from "./client/address.ts";
import { Connection, type HttpAnswer } from "./client/connection.ts";
import type { Failure } from "./client/failure.ts";
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
  /** What a page of it says, whatever the status. */
  get(path: string): Promise<Result<HttpAnswer, Failure>>;
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
      get: async (path) => {
        if (!address.ok) return refuse(address.error);
        const connection = new Connection(address.value, credentials);
        const patience = { quietMs: answerMs, goOn: async () => false };
        const answer = await connection.get(path, patience);
        // A daemon that is replaced takes its connections with it; its successor answers.
        const again = !answer.ok && answer.error.kind === "broken" ? await connection.get(path, patience) : answer;
        connection.close();
        return again;
      },
    };
  };
}
