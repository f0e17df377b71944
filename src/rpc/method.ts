/** The shape of a row of the method table, from which dispatch, help, signatures and the reference are derived. */
import type { Result } from "../result.ts";
import type { SupervisorControl } from "./control.ts";
import type { Failure, FaultName } from "./faults.ts";
import type { RpcResult, RpcValue } from "./values.ts";

export type Param = {
  readonly name: string;
  readonly type: ValueType;
  readonly help: string;
  readonly optional?: true;
};

export type Returns = { readonly type: ValueType; readonly help: string };

export type ValueType = "string" | "int" | "boolean" | "double" | "struct" | "array";

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
  readonly run: (control: SupervisorControl, ...args: readonly RpcValue[]) => Answer | Promise<Answer>;
};

/** A method as clients find it: one of ours, or of a plug-in, of which less may be known. */
export type PublishedMethod = Omit<Method, "params" | "returns" | "help"> & {
  /** null: any number. */
  readonly params: readonly Param[] | null;
  readonly returns: Returns | null;
  readonly help: string | null;
};

/** The methods of a daemon, and the way to call them. */
export type Calls = {
  /** Every method by its full name, aliases too. */
  readonly methods: ReadonlyMap<string, PublishedMethod>;
  /** Never throws for anything that a client can send. `params` null: not a list at all, so their number is wrong. */
  call(name: RpcValue, params: readonly RpcValue[] | null): Answer | Promise<Answer>;
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
  readonly run: (control: SupervisorControl, ...args: Args<P>) => Answer | Promise<Answer>;
};

/** A row whose `run` has one argument for each of its params. Dispatch calls it with no fewer than are required and no more than there are. */
export function method<const P extends readonly Param[]>(row: Row<P>): Method {
  return { aliases: [], duringShutdown: false, listed: true, ...row, run: row.run as Method["run"] };
}

/** The free text of system.methodHelp with the lines of which a signature consists; Python's `None` where there is none. (RPC-185, RPC-186) */
export function helpText({ help, params, returns }: PublishedMethod): string {
  if (help === null && returns === null) return "None";
  const lines = (params ?? []).map((param) => `@param ${param.type} ${param.name}  ${param.help}`);
  if (returns !== null) lines.push(`@return ${returns.type} result  ${returns.help}`);
  return [help ?? "", ...(lines.length > 0 ? [""] : []), ...lines].join("\n");
}

/** `[return type, param types...]`; null where the type of the result is not known. (RPC-186..190) */
export function signature({ params, returns }: PublishedMethod): readonly string[] | null {
  return returns === null ? null : [returns.type, ...(params ?? []).map((param) => param.type)];
}
