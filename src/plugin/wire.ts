/** What the daemon and the thread of a plug-in say to each other. Everything is plain data: it is copied between them. */

import type { MessagePort } from "node:worker_threads";
import type { PluginName } from "../config/pluginnames.ts";
import type { HandledEvent, LogLevel, Options, RpcType } from "./types.ts";

/** What the thread is for: only to see whether the plug-in can be loaded, to serve methods, to judge results. */
export type PluginRole = "check" | "methods" | "results";

export type PluginOrder = {
  readonly role: PluginRole;
  readonly plugin: PluginName;
  /** Of the configuration: paths and packages are looked for from there. */
  readonly folder: string;
  readonly options: Options;
};

/** Given to the thread when it starts. `judged` becomes 1 when the answer to a result lies in the port. */
export type ThreadData = { readonly order: PluginOrder; readonly results: MessagePort; readonly judged: Int32Array };

export type MethodDescription = {
  readonly name: string;
  /** null: whatever clients send is handed on. */
  readonly params: readonly { readonly name: string; readonly type: RpcType; readonly help: string; readonly optional: boolean }[] | null;
  readonly returns: { readonly type: RpcType; readonly help: string } | null;
  readonly help: string | null;
};

export type FaultData = { readonly code: number; readonly text: string };

export type ToThread =
  | { readonly type: "call"; readonly id: number; readonly method: string; readonly params: readonly unknown[] }
  /** The answer to `ask`. */
  | { readonly type: "told"; readonly id: number; readonly value: unknown; readonly fault: FaultData | null }
  | { readonly type: "ping" };

export type FromThread =
  | { readonly type: "ready"; readonly methods: readonly MethodDescription[] }
  | { readonly type: "unusable"; readonly why: string }
  | { readonly type: "done"; readonly id: number; readonly value: unknown }
  | { readonly type: "threw"; readonly id: number; readonly text: string; readonly fault: FaultData | null }
  /** The plug-in calls a method of the daemon. */
  | { readonly type: "ask"; readonly id: number; readonly method: string; readonly params: readonly unknown[] }
  | { readonly type: "log"; readonly level: LogLevel; readonly text: string }
  | { readonly type: "pong" };

export type ResultData = { readonly event: HandledEvent; readonly result: Uint8Array };
export type Judgement = { readonly kind: "accepted" } | { readonly kind: "rejected" } | { readonly kind: "failed"; readonly why: string };
