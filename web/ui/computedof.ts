/** Something computed from the state and from what a component was given, which may be another process the next time it is drawn. */
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";

/** `useComputed` keeps what it has computed until a signal changes, even if the component was given something else meanwhile. */
export function useComputedOf<Given, T>(given: Given, read: (given: Given) => T): T {
  return useMemo(() => computed(() => read(given)), [given]).value;
}
