/** Something that is asked from the daemon when it is first seen: not there yet, there, or not to be had. */
import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { get } from "../live/api.ts";

export type Loaded<T> =
  | { readonly kind: "loading" }
  | { readonly kind: "loaded"; readonly value: T }
  | { readonly kind: "failed"; readonly why: string };

/** Asks again whenever `again` gives something else. */
export function useLoaded<T>(path: string, again: () => unknown): Signal<Loaded<T>> {
  const loaded = useSignal<Loaded<T>>({ kind: "loading" });
  useSignalEffect(() => {
    again();
    let current = true;
    get<T>(path).then(
      (value) => {
        if (current) loaded.value = { kind: "loaded", value };
      },
      (error: unknown) => {
        if (current) loaded.value = { kind: "failed", why: error instanceof Error ? error.message : String(error) };
      },
    );
    return () => {
      current = false;
    };
  });
  return loaded;
}
