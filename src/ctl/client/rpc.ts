/**
 * Calls methods of supervisord and gives each call the patience that fits it:
 * - a *read* changes nothing: it is asked again once when the connection breaks;
 * - an *act* is sent once, and a broken connection leaves open whether it was done (`resume.ts` finds out);
 * - a *wait* may take as long as the programs need (stopwaitsecs has no limit), so silence alone does not end it: the daemon is asked on a
 *   second connection whether it still lives, and only its silence there does.
 */

import { type Result, refuse } from "../../result.ts";
import type { RpcResult } from "../../rpc/values.ts";
import { escapeText, writeValue } from "../../rpc/xmlwrite.ts";
import type { Address } from "./address.ts";
import { readAnswer, type Value } from "./answer.ts";
import { Connection, type Patience } from "./connection.ts";
import type { Failure } from "./failure.ts";
import type { Credentials } from "./request.ts";

export type CallKind = "read" | "act" | "wait";

export interface Rpc {
  call(method: string, params: readonly RpcResult[], kind: CallKind): Promise<Result<Value, Failure>>;
  /** Ends the connection; the next call opens another. Nothing may be left open while a user thinks. */
  close(): void;
}

/** How long a call may be without an answer, unless --timeout says otherwise. */
export const ANSWER_MS = 30_000;

/** Any method would do: also a fault is a sign of life. */
const SIGN_OF_LIFE = "supervisor.getState";

export function makeRpc(address: Address, credentials: Credentials | null, answerMs: number = ANSWER_MS): Rpc {
  const connection = new Connection(address, credentials);
  const once: Patience = { quietMs: answerMs, goOn: async () => false };
  const asLongAsItLives: Patience = { quietMs: answerMs, goOn: () => isAlive(address, credentials, once) };
  return {
    async call(method, params, kind) {
      const body = writeCall(method, params);
      const patience = kind === "wait" ? asLongAsItLives : once;
      const answer = await ask(connection, body, patience);
      const askAgain = kind === "read" && !answer.ok && answer.error.kind === "broken";
      return askAgain ? ask(connection, body, patience) : answer;
    },
    close: () => connection.close(),
  };
}

async function ask(connection: Connection, body: string, patience: Patience): Promise<Result<Value, Failure>> {
  const answer = await connection.post("/RPC2", body, patience);
  if (!answer.ok) return answer;
  const { status, reason, body: bytes } = answer.value;
  if (status !== 200) return refuse({ kind: "http", status, reason });
  return readAnswer(bytes.toString("utf8"));
}

async function isAlive(address: Address, credentials: Credentials | null, patience: Patience): Promise<boolean> {
  const second = new Connection(address, credentials);
  const answer = await second.post("/RPC2", writeCall(SIGN_OF_LIFE, []), patience);
  second.close();
  return answer.ok;
}

/** For servers that cannot be called at all: every call gives the same failure. */
export function brokenRpc(failure: Failure): Rpc {
  return { call: async () => refuse(failure), close: () => {} };
}

/** The body of a request, with the values as the daemon's own writer has them. */
export function writeCall(method: string, params: readonly RpcResult[]): string {
  const written = params.map((param) => `<param>\n${writeValue(param)}</param>\n`).join("");
  return `<?xml version='1.0'?>\n<methodCall>\n<methodName>${escapeText(method)}</methodName>\n<params>\n${written}</params>\n</methodCall>\n`;
}
