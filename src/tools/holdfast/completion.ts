/** `holdfast completion SHELL`: what bash, zsh and fish need to complete verbs and their flags. It is made of the table: nothing is asked at a Tab. */
import { quoted } from "../../config/quoting.ts";
import { type Call, EXIT, HELP_FLAG, type Verb } from "./verb.ts";

/** The verb of a table of verbs; it completes itself, too. */
export function completionVerb(others: readonly Verb[]): Verb {
  const verb: Verb = {
    name: "completion",
    what: "print what a shell needs to complete the words of holdfast",
    usage: `${[...SHELLS.keys()].join("|")}`,
    flags: [],
    wordsMax: 1,
    words: [...SHELLS.keys()],
    run: async ({ words, say, fail }: Call) => {
      const [shell] = words;
      const made = SHELLS.get(shell ?? "");
      if (made === undefined) {
        fail(
          `${shell === undefined ? "a shell is missing" : `${quoted(shell)} is not a shell that is known`}: give one of ${[...SHELLS.keys()].join(", ")}`,
        );
        return EXIT.WRONG_USE;
      }
      say(made([...others, verb]));
      return EXIT.SUCCESS;
    },
  };
  return verb;
}

/** What may follow a verb. */
function following({ flags, words = [] }: Verb): readonly string[] {
  return [...words, ...[...flags, HELP_FLAG].map(({ long }) => `--${long}`)];
}

function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map((verb) => `    ${verb.name}) words=${quotedWords(following(verb))} ;;`);
  return `# bash completion for holdfast, made by: holdfast completion bash
_holdfast() {
  local words
  if [[ $COMP_CWORD -eq 1 ]]; then
    words=${quotedWords(verbs.map(({ name }) => name))}
  else case \${COMP_WORDS[1]} in
${cases.join("\n")}
    *) words='' ;;
  esac; fi
  COMPREPLY=()
  local cur=\${COMP_WORDS[COMP_CWORD]}
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  [[ \${#COMPREPLY[@]} -gt 0 || $COMP_CWORD -eq 1 ]] || mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
complete -F _holdfast holdfast
`;
}

function zsh(verbs: readonly Verb[]): string {
  const list = verbs.map(({ name, what }) => `    ${quotedWord(`${name}:${what}`)}`);
  const cases = verbs.map((verb) => `    ${verb.name}) list=(${following(verb).map(quotedWord).join(" ")}) ;;`);
  return `#compdef holdfast
# zsh completion for holdfast, made by: holdfast completion zsh
_holdfast() {
  local -a verbs list
  verbs=(
${list.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  case $words[2] in
${cases.join("\n")}
  esac
  compadd -a list || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _holdfast "$@"
else
  compdef _holdfast holdfast
fi
`;
}

function fish(verbs: readonly Verb[]): string {
  const names = verbs.map(({ name }) => name).join(" ");
  const lines = verbs.flatMap((verb) => [
    `complete -c holdfast -f -n "not __fish_seen_subcommand_from ${names}" -a ${verb.name} -d ${quotedWord(verb.what)}`,
    ...(verb.words ?? []).map((word) => `complete -c holdfast -f -n "__fish_seen_subcommand_from ${verb.name}" -a ${quotedWord(word)}`),
    ...[...verb.flags, HELP_FLAG].map(
      (flag) => `complete -c holdfast -n "__fish_seen_subcommand_from ${verb.name}" -l ${flag.long} -d ${quotedWord(flag.help)}`,
    ),
  ]);
  return `# fish completion for holdfast, made by: holdfast completion fish\n${lines.join("\n")}\n`;
}

const SHELLS: ReadonlyMap<string, (verbs: readonly Verb[]) => string> = new Map([
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
]);

function quotedWords(words: readonly string[]): string {
  return quotedWord(words.join(" "));
}

/** For all three shells: our texts have no backslash. */
function quotedWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
