/** The interactive shell: status first, then line after line until quit, the end of the input or Ctrl-C. Its exit status is always 0. (CTL-051..CTL-058) */
import type { Input } from "../input.ts";
import { runLine } from "../run.ts";
import type { Session } from "../session.ts";
import type { Tty } from "../tty.ts";
import { completeLine } from "./completer.ts";
import { Editor, type Typed } from "./editor.ts";
import { readHistory, writeHistory } from "./historyfile.ts";
import { NameCache } from "./namecache.ts";

/** Resolves when it is left. */
export async function runShell(session: Session, terminal: Tty, input: Input, hasEditor: boolean): Promise<void> {
  const names = new NameCache(() => session.connector);
  const { historyFile, prompt } = session.settings;
  const editor = hasEditor
    ? new Editor(readHistory(historyFile), input, (line) => completeLine(line, session.commands, () => names.get()))
    : null;
  const interrupted = new AbortController();
  const takeAway = terminal.onInterrupt(() => interrupted.abort());
  await untilAborted(interrupted.signal, async () => {
    await runLine(session, "status");
    while (!session.isLeaving && !interrupted.signal.aborted) {
      names.forget();
      const typed = await read(session, editor, input, `${prompt}> `);
      if (typed.kind === "interrupted") return interrupted.abort();
      await runLine(session, typed.kind === "end" ? "EOF" : typed.text);
    }
  });
  takeAway();
  if (interrupted.signal.aborted) session.say("");
  if (editor !== null) writeHistory(historyFile, editor.history);
}

async function read(session: Session, editor: Editor | null, input: Input, prompt: string): Promise<Typed> {
  if (editor !== null) return editor.read(prompt);
  session.terminal.screen.write(prompt);
  const line = await input.next();
  return line === null ? { kind: "end" } : { kind: "line", text: line };
}

/** Ctrl-C leaves at once, whatever a command is waiting for. (CTL-056) */
async function untilAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  await Promise.race([work(), new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))]);
}
