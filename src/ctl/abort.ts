/** Abort signals with many listeners: each log that is followed and each sleep waits for the same one, which Node would take for a leak. */
import { setMaxListeners } from "node:events";

/** A controller whose signal may have any number of listeners. */
export function abortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Aborted when one of them is. */
export function anyOf(...signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals]);
  setMaxListeners(0, signal);
  return signal;
}
