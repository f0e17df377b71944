/**
 * Completion and the erase key on a terminal that cannot move its cursor (TERM=dumb: an editor's window, a test's). node:readline gives up both there;
 * the original's readline does not.
 */
import type { Interface } from "node:readline";
import type { Completion } from "./completer.ts";
import type { Keys } from "./keys.ts";

export function editOnDumbTerminal(
  keys: Keys,
  editor: Interface,
  complete: (line: string) => Promise<Completion>,
  write: (text: string) => void,
): void {
  let lastMatches = "";
  keys.intercept = ({ name }) => {
    if (name === "tab") {
      editor.pause();
      void complete(editor.line).then(({ words, word }) => {
        editor.resume();
        const common = commonStart(words);
        if (common.length > word.length) editor.write(common.slice(word.length));
        else if (words.length > 1 && lastMatches === editor.line) {
          write(`\r\n${words.join(" ")}\r\n`);
          editor.prompt(true);
          write(editor.line);
        } else write("\u0007");
        lastMatches = editor.line;
      });
    } else if (name === "backspace" && editor.line !== "") {
      const line = [...editor.line].slice(0, -1).join("");
      Object.assign(editor, { line, cursor: line.length });
      write("\b \b");
    }
    return name === "tab" || name === "backspace";
  };
}

function commonStart(words: readonly string[]): string {
  const [first = "", ...more] = words;
  let length = first.length;
  for (const word of more) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
