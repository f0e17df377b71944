/**
 * What supervisorctl needs of a terminal: a screen, a clock, a keyboard, interrupts. `tty.ts` has the real ones; tests bring their own,
 * so that whole sessions run without a terminal, a socket or a second of waiting.
 */

export interface Screen {
  write(text: string | Uint8Array): void;
  /** For people only: a script that reads standard output never sees it. */
  writeError(text: string): void;
  readonly isTerminal: boolean;
  readonly errorIsTerminal: boolean;
  /** A terminal that can be painted on. */
  readonly movesCursor: boolean;
  /** A terminal that wants colours. */
  readonly hasColours: boolean;
  size(): { readonly columns: number; readonly rows: number };
  /** Aborted when nobody reads standard output any more. */
  readonly closed: AbortSignal;
}

export interface Clock {
  /** Monotonic milliseconds, for every deadline. */
  monoMs(): number;
  /** Milliseconds since 1970, for what is shown and what users write. */
  wallMs(): number;
  /** Resolves early when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Keyboard {
  /** One line without its end; null at the end of the input. */
  ask(prompt: string): Promise<string | null>;
  /** The same, without showing what is typed. */
  askHidden(prompt: string): Promise<string | null>;
  /** Lines as they are typed, until `signal` is aborted or the input ends. */
  lines(signal: AbortSignal): AsyncIterable<string>;
}

export interface Terminal {
  readonly screen: Screen;
  readonly clock: Clock;
  readonly keyboard: Keyboard;
  /** Runs `work` with a signal that Ctrl-C aborts instead of ending the program; true when it was pressed. */
  interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<boolean>;
}
