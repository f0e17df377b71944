/** The supervisord that started this program, for calls: its address is in the environment of every program. (EVT-119, EVT-127) */
import { parseServerUrl } from "../ctl/client/address.ts";
import type { Failure } from "../ctl/client/failure.ts";
import { makeRpc } from "../ctl/client/rpc.ts";
import type { AnswerOf } from "../plugin/answers.ts";

export type CallData = string | number | boolean | readonly CallData[] | { readonly [name: string]: CallData };
export type CallAnswer = string | number | boolean | null | readonly CallAnswer[] | { readonly [name: string]: CallAnswer };

/** A call that was refused. Codes are those of Supervisor: 10 BAD_NAME, 60 ALREADY_STARTED, 70 NOT_RUNNING, … */
export class SupervisorFault extends Error {
  override readonly name = "SupervisorFault";
  readonly faultCode: number;
  readonly faultString: string;

  constructor(code: number, text: string) {
    super(text);
    this.faultCode = code;
    this.faultString = text;
  }
}

export interface Supervisor {
  /** Such as `call("supervisor.stopProcess", "group:name")`. Rejects with a `SupervisorFault`, or an Error when there is no answer. */
  call<Method extends string>(method: Method, ...params: readonly CallData[]): Promise<AnswerOf<Method, CallAnswer>>;
  /** Ends the connection; a further call opens another. */
  close(): void;
}

/** Throws without SUPERVISOR_SERVER_URL: the program was not started by supervisord, or supervisord has no server. */
export function connectToSupervisor(environment: Readonly<Record<string, string | undefined>> = process.env): Supervisor {
  const url = environment["SUPERVISOR_SERVER_URL"];
  if (url === undefined || url === "") throw new Error("SUPERVISOR_SERVER_URL is not set: this was not started by supervisord");
  const address = parseServerUrl(url);
  if (!address.ok) throw errorOf(address.error);
  const { SUPERVISOR_USERNAME: username = "", SUPERVISOR_PASSWORD: password = "" } = environment;
  const rpc = makeRpc(address.value, username === "" ? null : { username, password });
  return {
    async call(method, ...params) {
      const answer = await rpc.call(method, params, "wait");
      if (!answer.ok) throw errorOf(answer.error);
      return answer.value as never; // what the daemon's methods promise
    },
    close: () => rpc.close(),
  };
}

function errorOf(failure: Failure): Error {
  switch (failure.kind) {
    case "fault":
      return new SupervisorFault(failure.code, failure.text);
    case "connect":
      return new Error(`no connection to supervisord: ${failure.code}`);
    case "http":
      return new Error(`supervisord answered with HTTP status ${failure.status} ${failure.reason}`);
    case "url":
      return new Error(failure.text);
    default:
      return new Error(`no answer of supervisord: ${failure.kind}`);
  }
}
