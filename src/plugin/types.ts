/**
 * What a plug-in is written against: `import type { RpcInterfaceFactory } from "holdfast/plugin"`. Types and nothing else, so a plug-in has nothing of
 * ours to load. docs/plugins.md explains each with an example; everything here is kept compatible from version to version.
 */

import type { AnswerOf } from "./answers.ts";

export type { Answers, ProcessInfo, ResultRow } from "./answers.ts";

/**
 * A value of XML-RPC. Whole numbers of 32 bits are `<int>`, other numbers `<double>`; a Date is `<dateTime.iso8601>` in local time, a Uint8Array
 * `<base64>`. There is no null.
 */
export type RpcData = string | number | boolean | Date | Uint8Array | readonly RpcData[] | { readonly [name: string]: RpcData };

/** The other options of the section, names in lower case, values expanded. */
export type Options = Readonly<Record<string, string>>;

export type LogLevel = "critical" | "error" | "warn" | "info" | "debug" | "trace" | "blather";

/** What is thrown for a call that the daemon refuses. A method that throws the like refuses with it. */
export type RpcFault = Error & { readonly faultCode: number; readonly faultString: string };

/** The daemon, as the plug-in of an `[rpcinterface:x]` section sees it. */
export interface Supervisor {
  /** Calls any method of supervisord, such as `supervisor.startProcess`. Rejects with an `RpcFault`. */
  call<Method extends string>(method: Method, ...params: readonly RpcData[]): Promise<AnswerOf<Method, RpcData>>;
  /** Writes a line into the activity log. So does `console.log`, at level info. */
  log(level: LogLevel, text: string): void;
}

/** `never`: a method may ask for parameters of any type; what clients send is not checked. */
export type RpcMethod = (...params: never[]) => RpcData | Promise<RpcData>;

/** A method with what system.methodHelp and system.methodSignature tell. The number of arguments is checked. */
export type DescribedMethod = {
  readonly call: RpcMethod;
  readonly help?: string;
  readonly params?: readonly { readonly name: string; readonly type: RpcType; readonly help?: string; readonly optional?: true }[];
  readonly returns?: { readonly type: RpcType; readonly help?: string };
};

export type RpcType = "string" | "int" | "boolean" | "double" | "array" | "struct";

/**
 * `supervisor.rpcinterface_factory`: makes the methods that clients call as `x.method`. Methods are the functions and `DescribedMethod`s of what it gives,
 * those of its class included; names that begin with `_` are not published.
 */
export type RpcInterfaceFactory = (supervisor: Supervisor, options: Options) => object | Promise<object>;

/** The event that a listener has answered. */
export type HandledEvent = {
  /** Such as `PROCESS_STATE_EXITED`. */
  readonly name: string;
  readonly serial: number;
  readonly poolserial: number;
  /** The name of the pool, the x of `[eventlistener:x]`. */
  readonly pool: string;
  readonly payload: string;
};

/**
 * `result_handler`: judges what a listener answered. Returning accepts the event, returning false rejects it (it is sent again), and throwing, or no answer
 * within a second, takes the listener out of service until its process starts again.
 */
export type ResultHandler = (event: HandledEvent, result: Uint8Array) => boolean | undefined | Promise<boolean | undefined>;

/** supervisorctl, as the plug-in of a `[ctlplugin:x]` section sees it. */
export interface Controller {
  /** Prints a line. */
  output(line: string): void;
  /** What supervisorctl ends with. */
  exitstatus: number;
  readonly serverurl: string;
  /** Calls any method, such as `supervisor.getState`; throws what went wrong. */
  call<Method extends string>(method: Method, ...params: readonly CtlData[]): Promise<AnswerOf<Method, CtlAnswer>>;
  /** Whether the server is up; if not, that has been said. */
  upcheck(): Promise<boolean>;
}

export type CtlData = string | number | boolean | readonly CtlData[] | { readonly [name: string]: CtlData };
export type CtlAnswer = string | number | boolean | null | readonly CtlAnswer[] | { readonly [name: string]: CtlAnswer };

/**
 * `supervisor.ctl_factory`: makes commands. Every method `do_X` of what it gives is the command X, called with the rest of the line; `help_X` is its help,
 * a text or a method that gives one. A true result leaves the shell.
 */
export type CtlPluginFactory = (controller: Controller, options: Options) => object | Promise<object>;
