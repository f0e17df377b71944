/** What Prometheus reads, as its text format 0.0.4. */
import type { Parts } from "./rows.ts";
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
export async function metricsText(_parts: Parts): Promise<string> {
  return "";
}
