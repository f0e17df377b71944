/** The shape of a row of the method table, from which dispatch, help, signatures and the reference are derived. */
import type { Result } from "../result.ts";
import type { Failure, FaultName } from "./faults.ts";
import type { SupervisorPort } from "./port.ts";
import type { RpcResult, RpcValue } from "./values.ts";

export type Param = {
  readonly name: string;
  readonly type: "string" | "int" | "boolean" | "array";
  readonly help: string;
  readonly optional?: true;
};

export type Returns = { readonly type: "string" | "int" | "boolean" | "struct" | "array"; readonly help: string };

export type Answer = Result<RpcResult, Failure>;

export type Method = {
  /** Without the namespace. */
  readonly name: string;
  /** Older names of the same method. (RPC-118) */
  readonly aliases: readonly string[];
  readonly params: readonly Param[];
  readonly returns: Returns;
  /** What it may refuse with, besides UNKNOWN_METHOD, INCORRECT_PARAMETERS and SHUTDOWN_STATE. */
  readonly faults: readonly FaultName[];
  readonly help: string;
  /** Works while the daemon goes down. (RPC-016, RPC-019) */
  readonly duringShutdown: boolean;
  /** False: it can be called and asked about, but system.listMethods keeps silent of it, because clients compare that list. */
  readonly listed: boolean;
  readonly run: (port: SupervisorPort, ...args: readonly RpcValue[]) => Answer | Promise<Answer>;
};

/** Arguments come unchecked: types are not looked at up front, each method converts its own in the order that clients can see. (RPC-014) */
type Args<P extends readonly Param[]> = {
  readonly [K in keyof P]: P[K] extends { readonly optional: true } ? RpcValue | undefined : RpcValue;
};

type Row<P extends readonly Param[]> = {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly params: P;
  readonly returns: Returns;
  readonly faults: readonly FaultName[];
  readonly help: string;
  readonly duringShutdown?: boolean;
  readonly listed?: boolean;
  readonly run: (port: SupervisorPort, ...args: Args<P>) => Answer | Promise<Answer>;
};

/** A row whose `run` has one argument for each of its params. Dispatch calls it with no fewer than are required and no more than there are. */
export function method<const P extends readonly Param[]>(row: Row<P>): Method {
  return { aliases: [], duringShutdown: false, listed: true, ...row, run: row.run as Method["run"] };
}

/** The free text of system.methodHelp with the lines of which a signature consists. (RPC-185, RPC-186) */
export function helpText({ help, params, returns }: Method): string {
  const lines = params.map((param) => `@param ${param.type} ${param.name}  ${param.help}`);
  return [help, "", ...lines, `@return ${returns.type} result  ${returns.help}`].join("\n");
}

/** `[return type, param types...]`. (RPC-187..190) */
export function signature({ params, returns }: Method): readonly string[] {
  return [returns.type, ...params.map((param) => param.type)];
}
