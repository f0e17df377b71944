/** Signals to leave. Many wait for the same one (each log that is followed, each sleep), which Node would take for a leak. */
import { setMaxListeners } from "node:events";

/** A controller whose signal may have any number of listeners. */
export function leaving(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Aborted when one of them is. */
export function either(...signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals]);
  setMaxListeners(0, signal);
  return signal;
}
