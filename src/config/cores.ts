/** Shares of the processor as options give them: in cores (`1.5`), or in percent of one (`150%`). */
import { ok, type Result, refuse } from "../result.ts";
import { quoted } from "./quoting.ts";

/** The kernel has no shorter time than a thousandth of its period. */
const LEAST = 0.01;
const MOST = 8192;

/** In cores. */
export function parseCores(text: string): Result<number, string> {
  const [, digits = "", percent] = /^(\d+(?:\.\d*)?|\.\d+)(%?)$/.exec(text.trim()) ?? [];
  const cores = Number(digits) / (percent === "%" ? 100 : 1);
  if (digits === "" || cores < LEAST || cores > MOST) return refuse(`not a valid share of the processor: ${quoted(text)}`);
  return ok(cores);
}
