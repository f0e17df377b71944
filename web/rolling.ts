/** Rolling restarts: ordered, then followed in the daemon, which carries them out to their end, whatever becomes of the page or of the daemon. (ROLL) */
import { call, Refused } from "./live/api.ts";
import type { Operation, Rolling } from "./model/rolling.ts";
import { rolling } from "./state.ts";

/** A daemon that is just being replaced is asked again. */
const AGAIN_MS = 2000;

export async function roll(targets: readonly string[], what: string, atOnce: number): Promise<void> {
  const begun: Rolling = { what, total: targets.length, operation: null, refused: null };
  rolling.value = begun;
  try {
    const id = (await call("holdfast.rollingRestart", { names: targets, options: { atOnce } })) as number;
    await follow(id, begun);
  } catch (error) {
    rolling.value = { ...(rolling.peek() ?? begun), refused: error instanceof Error ? error.message : String(error) };
  }
}

/** Each answer comes when there is more to tell, or after a while. */
async function follow(id: number, begun: Rolling): Promise<void> {
  let shown = begun;
  for (;;) {
    const operation = await standing(id, shown.operation?.results.length ?? -1);
    // Somebody has dismissed it, or ordered another.
    if (rolling.value !== shown) return;
    if (operation === null) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      continue;
    }
    shown = { ...shown, operation };
    rolling.value = shown;
    if (operation.ended !== "") return;
  }
}

/** null: nobody answers at the moment. */
async function standing(id: number, results: number): Promise<Operation | null> {
  try {
    return (await call("holdfast.operation", { id, results })) as Operation;
  } catch (error) {
    if (error instanceof Refused && error.code < 500) throw error;
    return null;
  }
}
