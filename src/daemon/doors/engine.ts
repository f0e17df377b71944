/**
 * When the engine compiles a function anew, as fast code. By itself it does so after a few hundred starts of programs, and that takes more of the processor
 * than the starts do, and memory: a daemon has it done when a function has run four times as long. What goes on for seconds gets its fast code.
 */
import { setFlagsFromString } from "node:v8";

/** In bytes of bytecode; a quarter of it is what the engine has. */
const INTERRUPT_BUDGET = 4 * 66 * 1024;
/** Later engines count calls, more of them, and do not know the flag. */
const FIRST_THAT_COUNTS_CALLS = 12;

/** Call it when the program's own code has been loaded: V8 takes kept code only under the flags under which it was made. */
export function compileLater(engine = process.versions.v8): void {
  if (Number.parseInt(engine, 10) < FIRST_THAT_COUNTS_CALLS) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
