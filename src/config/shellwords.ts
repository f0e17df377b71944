/**
 * POSIX shell words without a shell: one scanner for the words of a command and for the tokens of an `environment` option, which differ only in
 * what makes a word (config.md, section 6; CONF-388). No variables, no globbing, no operators.
 */
import { ok, type Result, refuse } from "../result.ts";
import { quoted } from "./quoting.ts";

export type WordFault = "No closing quotation" | "No escaped character";

/** The words of a command: anything between white space, with quotes and backslashes. (PROC-063, CONF-388) */
export function splitCommand(text: string): Result<string[], WordFault> {
  return scan(text, { isWord: () => true, hasComments: false });
}

/** A text with at least one word to run, as it is. */
export function parseCommandLine(text: string): Result<string, string> {
  const words = splitCommand(text);
  if (!words.ok) return refuse(`can't parse command ${quoted(text)}: ${words.error}`);
  return (words.value[0] ?? "") === "" ? refuse("an empty command") : ok(text);
}

/**
 * `A="1",B=2` as a table; any other form is refused with the original's words. (CONF-145..CONF-164)
 * Tokens are taken in steps of four: a key, `=`, a value, and whatever stands between two pairs.
 */
export function parseEnvironment(text: string): Result<Record<string, string>, string> {
  const tokens = scan(text, { isWord: (character) => ENVIRONMENT_WORD.test(character), hasComments: true });
  if (!tokens.ok) return tokens;
  const pairs: [string, string][] = [];
  for (let at = 0; at < tokens.value.length; at += 4) {
    const [key, equals, value] = tokens.value.slice(at, at + 3);
    if (key === undefined || value === undefined || equals !== "=") return refuse(`Unexpected end of key/value pairs in value '${text}'`);
    pairs.push([key, value]);
  }
  return ok(Object.fromEntries(pairs));
}

/** (CONF-146) */
const ENVIRONMENT_WORD = /[A-Za-z0-9_/.+\-():ßà-öø-ÿÀ-ÖØ-Þ]/;
const BLANK = " \t\r\n";

type Rules = { readonly isWord: (character: string) => boolean; readonly hasComments: boolean };

/** Where the scanner is: between words, in a word, inside quotes, behind a backslash. */
type State = "between" | "word" | "'" | '"' | "escape";

function scan(text: string, rules: Rules): Result<string[], WordFault> {
  const tokens: string[] = [];
  const characters = [...text];
  let state = "between" as State;
  let afterEscape = "word" as State;
  let token = "";
  let wasQuoted = false;
  const emit = (): void => {
    if (token !== "" || wasQuoted) tokens.push(token);
    token = "";
    wasQuoted = false;
    state = "between";
  };
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    switch (state) {
      case "'":
      case '"':
        wasQuoted = true;
        if (character === state) state = "word";
        else if (character === "\\" && state === '"') {
          afterEscape = state;
          state = "escape";
        } else token += character;
        break;
      case "escape":
        // Inside double quotes a backslash only escapes itself and the quote; elsewhere it stays (CONF-158).
        if (afterEscape === '"' && character !== "\\" && character !== '"') token += "\\";
        token += character;
        state = afterEscape;
        break;
      case "between":
      case "word":
        if (BLANK.includes(character)) emit();
        else if (rules.hasComments && character === "#") {
          emit();
          while (at + 1 < characters.length && characters[at] !== "\n") at++;
        } else if (character === "\\") {
          afterEscape = "word";
          state = "escape";
        } else if (character === "'" || character === '"') state = character;
        else if (rules.isWord(character)) {
          token += character;
          state = "word";
        } else {
          emit();
          tokens.push(character); // a character of its own: a separator or a stray sign
        }
        break;
    }
  }
  if (state === "'" || state === '"') return refuse("No closing quotation");
  if (state === "escape") return refuse("No escaped character");
  emit();
  return ok(tokens);
}
