/** Writes an XML-RPC call, with the values as the daemon's own writer has them. */
import type { RpcResult } from "../../rpc/values.ts";
import { escapeText, writeValue } from "../../rpc/xmlwrite.ts";

/** The body of a request. */
export function writeCall(method: string, params: readonly RpcResult[]): string {
  const written = params.map((param) => `<param>\n${writeValue(param)}</param>\n`).join("");
  return `<?xml version='1.0'?>\n<methodCall>\n<methodName>${escapeText(method)}</methodName>\n<params>\n${written}</params>\n</methodCall>\n`;
}
