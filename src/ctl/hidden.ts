/**
 * A question whose answer is not shown: on the terminal itself, also when standard input is a pipe, so that a script that feeds commands does not feed
 * its next one as a password. Without any terminal the answer is read as it comes. (CTL-048, CTL-049)
 */
import { openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { Input } from "./input.ts";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_U = "\u0015";
const ERASE: ReadonlySet<string> = new Set(["\u007f", "\b"]);
const ENDS: ReadonlySet<string> = new Set(["\r", "\n"]);

/** null: the input has ended. */
export async function askHidden(prompt: string, input: Input): Promise<string | null> {
  const terminal = openTerminal();
  if (terminal === null) {
    process.stderr.write(prompt);
    return input.next();
  }
  const { stream, descriptor } = terminal;
  input.detach();
  writeSync(descriptor, prompt);
  stream.setRawMode(true);
  const answer = await typed(stream);
  stream.setRawMode(false);
  writeSync(descriptor, "\n");
  stream.destroy();
  return answer;
}

/** null: there is none, as under cron. */
function openTerminal(): { readonly stream: ReadStream; readonly descriptor: number } | null {
  try {
    const descriptor = openSync("/dev/tty", "r+");
    return { stream: new ReadStream(descriptor), descriptor };
  } catch {
    return null;
  }
}

function typed(stream: ReadStream): Promise<string | null> {
  return new Promise((resolve) => {
    let text = "";
    const onData = (data: Buffer) => {
      for (const character of data.toString("utf8")) {
        if (character === CTRL_C) process.kill(process.pid, "SIGINT");
        if (ENDS.has(character) || character === CTRL_C || (character === CTRL_D && text === "")) {
          stream.off("data", onData);
          resolve(ENDS.has(character) ? text : null);
          return;
        }
        if (ERASE.has(character)) text = [...text].slice(0, -1).join("");
        else if (character === CTRL_U) text = "";
        else if (character >= " ") text += character;
      }
    };
    stream.on("data", onData);
  });
}
