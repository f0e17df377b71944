/**
 * The password for `--hash-password`: at a terminal it is asked for twice and not shown, otherwise it is the one line of standard input. It is kept
 * nowhere, and never an argument: other users see those.
 */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { ok, type Result, refuse } from "../../result.ts";

/** The error is a text for the user. */
export async function readPassword(): Promise<Result<string, string>> {
  if (!process.stdin.isTTY) return onlyLine(await text(process.stdin));
  const first = await ask("Password: ");
  if (first === null) return refuse("no password was given");
  const second = await ask("The same again: ");
  return first === second ? onlyLine(first) : refuse("the two passwords differ");
}

/** What a line end closes, if there is one; browsers and XML-RPC clients could not send a password of several lines. */
export function onlyLine(input: string): Result<string, string> {
  const line = input.replace(/\r?\n$/, "");
  if (line === "") return refuse("no password was given on standard input");
  return /[\r\n]/.test(line) ? refuse("a password is one line") : ok(line);
}

/** null: the input has ended, or Ctrl-C. The prompt goes to standard error, so that the hash alone is on standard output. */
function ask(prompt: string): Promise<string | null> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Not before: what is typed at once would be shown.
  process.stderr.write(prompt);
  return new Promise((resolve) => {
    let answer: string | null = null;
    lines.on("line", (line) => {
      answer = line;
      lines.close();
    });
    lines.on("SIGINT", () => lines.close());
    lines.on("close", () => {
      process.stderr.write("\n");
      resolve(answer);
    });
  });
}
