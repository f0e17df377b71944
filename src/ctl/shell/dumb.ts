/**
 * Completion and the erase key on a terminal that cannot move its cursor (TERM=dumb: an editor's window, a test's). node:readline gives up both there;
 * the original's readline does not.
 */
import type { Interface } from "node:readline";
import type { Completion } from "./completer.ts";

type Key = { readonly name?: string };
/** The method that readline calls for each key; it looks it up on the object, so that programs may put their own there. */
type Keyed = { _ttyWrite: (text: string | undefined, key: Key) => void };

export function editOnDumbTerminal(
  editor: Interface,
  complete: (line: string) => Promise<Completion>,
  write: (text: string) => void,
): void {
  const keyed = editor as unknown as Keyed;
  const other = keyed._ttyWrite.bind(editor);
  let lastMatches = "";
  keyed._ttyWrite = (text, key) => {
    if (key.name === "tab") {
      editor.pause();
      void complete(editor.line).then(({ words, word }) => {
        editor.resume();
        const common = commonStart(words);
        if (common.length > word.length) other(common.slice(word.length), {});
        else if (words.length > 1 && lastMatches === editor.line) {
          write(`\r\n${words.join(" ")}\r\n`);
          editor.prompt(true);
          write(editor.line);
        } else write("\u0007");
        lastMatches = editor.line;
      });
      return;
    }
    if (key.name === "backspace") {
      if (editor.line === "") return;
      const edited = editor as unknown as { line: string; cursor: number };
      edited.line = [...editor.line].slice(0, -1).join("");
      edited.cursor = edited.line.length;
      write("\b \b");
      return;
    }
    other(text, key);
  };
}

function commonStart(words: readonly string[]): string {
  const [first = "", ...more] = words;
  let length = first.length;
  for (const word of more) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
