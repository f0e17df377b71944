/** Calls as tests write them: `await supervisor(control, "startProcess", "a")` gives the value, or `fault 10 BAD_NAME: a`, or `stumble AttributeError: ...`. */
import { makeCalls } from "./calls.ts";
import type { SupervisorControl } from "./control.ts";
import { type Failure, faultCode, faultText, isFault } from "./faults.ts";
import { Rendered, type RpcResult, type RpcValue } from "./values.ts";

export async function call(control: SupervisorControl, name: RpcValue, ...params: readonly RpcValue[]): Promise<unknown> {
  const answer = await makeCalls(control, ["supervisor"]).call(name, params);
  return answer.ok ? plain(answer.value) : failureText(answer.error);
}

export function supervisor(control: SupervisorControl, name: string, ...params: readonly RpcValue[]): Promise<unknown> {
  return call(control, `supervisor.${name}`, ...params);
}

export function failureText(failure: Failure): string {
  if (isFault(failure)) return `fault ${faultCode(failure)} ${faultText(failure)}`;
  return `stumble ${failure.stumble.error}: ${failure.stumble.message}`;
}

/** Everything written out, whatever was rendered before. */
export function plain(value: RpcResult): unknown {
  if (value instanceof Rendered) return plain(value.plain());
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)])) : value;
}
