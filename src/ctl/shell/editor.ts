/**
 * Lines with editing, history and completion, by node:readline. An editor is made for each line and closed after it: while a command runs, the
 * terminal is as it was, so Ctrl-C is a signal, `fg` gets what is typed, and a password is not echoed. (CTL-056..CTL-064)
 */
import { createInterface } from "node:readline";
import type { Input } from "../input.ts";
import { knowsEscapes } from "../terminfo.ts";
import type { Completion } from "./completer.ts";
import { editOnDumbTerminal } from "./dumb.ts";
import { HISTORY_LINES_MAX } from "./historyfile.ts";
import { Keys } from "./keys.ts";

export type Typed = { readonly kind: "line"; readonly text: string } | { readonly kind: "end" } | { readonly kind: "interrupted" };

export class Editor {
  /** The newest first, as readline has it. */
  #history: string[];
  readonly #input: Input;
  readonly #keys = new Keys(process.stdin);
  readonly #complete: (line: string) => Promise<Completion>;
  /** Typed ahead and not finished. */
  #begun = "";

  constructor(history: readonly string[], input: Input, complete: (line: string) => Promise<Completion>) {
    this.#history = [...history].reverse();
    this.#input = input;
    this.#complete = complete;
    // readline looks at it itself.
    if (!knowsEscapes(process.env)) process.env["TERM"] = "dumb";
  }

  /** The newest last. */
  get history(): readonly string[] {
    return [...this.#history].reverse();
  }

  read(prompt: string): Promise<Typed> {
    const pending = this.#input.takePending();
    if (pending !== null) return Promise.resolve({ kind: "line", text: pending });
    this.#input.detach();
    return new Promise((resolve) => {
      const lines: string[] = [];
      const editor = createInterface({
        input: this.#keys,
        output: process.stdout,
        terminal: true,
        prompt,
        history: this.#history,
        historySize: HISTORY_LINES_MAX,
        completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
          void this.#complete(line).then(({ words, word }) => done(null, [[...words], word]));
        },
      });
      this.#keys.attach();
      const onClose = () => {
        this.#keys.detach();
        resolve({ kind: "end" });
      };
      const leave = (typed: Typed) => {
        editor.off("close", onClose);
        this.#begun = editor.line;
        editor.close();
        this.#keys.detach();
        this.#input.putBack(lines.slice(1));
        resolve(typed);
      };
      editor.on("history", (history: string[]) => {
        this.#history = history;
      });
      editor.on("line", (line) => {
        // What was pasted comes at once; the rest of it is for whoever asks next.
        if (lines.push(line) === 1) queueMicrotask(() => leave({ kind: "line", text: line }));
      });
      editor.on("SIGINT", () => {
        if (editor.line === "") return leave({ kind: "interrupted" });
        process.stdout.write("^C\r\n");
        Object.assign(editor, { line: "", cursor: 0 });
        editor.prompt();
      });
      // Back after Ctrl-Z: readline has paused itself, and would leave it at that.
      editor.on("SIGCONT", () => editor.prompt(true));
      editor.on("close", onClose);
      if (process.env["TERM"] === "dumb") editOnDumbTerminal(this.#keys, editor, this.#complete, (text) => process.stdout.write(text));
      editor.prompt();
      if (this.#begun !== "") editor.write(this.#begun);
      this.#begun = "";
    });
  }
}
