/** XML-RPC calls to a supervisord under test, as plain values; a fault is an error with its text. */
import { makeRpc } from "../../src/ctl/client/rpc.ts";
import type { RpcResult } from "../../src/rpc/values.ts";
import type { Instance } from "./instance.ts";

export type Info = Readonly<Record<string, string | number>>;

/** Throws `FAULT <code> <text>` for a fault. */
export async function call(it: Pick<Instance, "socket">, method: string, ...params: readonly RpcResult[]): Promise<unknown> {
  const rpc = makeRpc({ kind: "unix", path: it.socket }, null);
  const answer = await rpc.call(method, params, "wait");
  rpc.close();
  if (answer.ok) return answer.value;
  throw new Error(answer.error.kind === "fault" ? `FAULT ${answer.error.code} ${answer.error.text}` : JSON.stringify(answer.error));
}

export function info(it: Instance, name: string): Promise<Info> {
  return call(it, "supervisor.getProcessInfo", name) as Promise<Info>;
}
