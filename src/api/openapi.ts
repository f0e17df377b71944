/** The OpenAPI document. */
import type { Calls } from "../rpc/calls.ts";
export function openApi(_calls: Calls): unknown {
  return { openapi: "3.1.0" };
}
