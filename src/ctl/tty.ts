/** The terminal as it is: the standard streams, the clock, signals. What tests replace stands in `terminal.ts`. */
import { abortController } from "./abort.ts";
import type { Input } from "./input.ts";
import type { Clock, Keyboard, Screen, Terminal } from "./terminal.ts";
import { knowsEscapes } from "./terminfo.ts";

export type Tty = Terminal & {
  /** Ctrl-C calls the handler that was put last; returns how to take it away. Without one the program ends. */
  onInterrupt(handler: () => void): () => void;
};

/** `input` is opened only when something is asked. */
export function openTty(input: () => Input): Tty {
  const interrupts = new Interrupts();
  const screen = openScreen();
  return {
    screen,
    clock: CLOCK,
    keyboard: openKeyboard(screen, input),
    onInterrupt: (handler) => interrupts.put(handler),
    async interruptible(work) {
      const pressed = abortController();
      const takeAway = interrupts.put(() => pressed.abort());
      await work(pressed.signal);
      takeAway();
      return pressed.signal.aborted;
    },
  };
}

const CLOCK: Clock = {
  monoMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end);
    });
  },
};

/**
 * Whoever reads may stop reading, as `head` does: what is said then goes nowhere, orders that were given still come to their end, and what follows
 * something ends. (CTL-019)
 */
function openScreen(): Screen {
  const { stdout, env } = process;
  const closed = abortController();
  const onError = () => closed.abort();
  stdout.on("error", onError);
  let unwritten = "";
  const flush = () => {
    const text = unwritten;
    unwritten = "";
    if (text !== "" && !closed.signal.aborted) stdout.write(text);
  };
  const isTerminal = stdout.isTTY === true;
  return {
    // What is said in one go is one write: a table of 200 rows would be 200 system calls, and readers would be woken for each.
    write(text) {
      if (typeof text === "string") {
        if (unwritten === "") queueMicrotask(flush);
        unwritten += text;
      } else {
        flush();
        if (!closed.signal.aborted) stdout.write(text);
      }
    },
    writeError(text) {
      flush();
      process.stderr.write(text);
    },
    isTerminal,
    movesCursor: isTerminal && knowsEscapes(env),
    // Asked for only when something goes wrong: to look at it is to open it.
    get errorIsTerminal() {
      return process.stderr.isTTY === true;
    },
    hasColours: isTerminal && (env["NO_COLOR"] ?? "") === "" && knowsEscapes(env),
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    closed: closed.signal,
  };
}

function openKeyboard(screen: Screen, input: () => Input): Keyboard {
  return {
    ask(prompt) {
      screen.write(prompt);
      return input().next();
    },
    async askHidden(prompt) {
      const { askHidden } = await import("./hidden.ts");
      return askHidden(prompt, input());
    },
    async *lines(signal) {
      for (let line = await input().next(signal); line !== null; line = await input().next(signal)) yield line;
    },
  };
}

class Interrupts {
  readonly #handlers: (() => void)[] = [];
  readonly #onSignal = (): void => this.#handlers.at(-1)?.();

  put(handler: () => void): () => void {
    if (this.#handlers.length === 0) process.on("SIGINT", this.#onSignal);
    this.#handlers.push(handler);
    return () => {
      this.#handlers.splice(this.#handlers.lastIndexOf(handler), 1);
      if (this.#handlers.length === 0) process.off("SIGINT", this.#onSignal);
    };
  }
}
