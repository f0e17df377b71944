/** The completion script for zsh. */
import type { CommandRow, Completes } from "../command.ts";
import { byKind, type Vocabulary, vocabulary, wordsTaking } from "./vocabulary.ts";

export function zshScript(commands: readonly CommandRow[]): string {
  const words = vocabulary(commands);
  return `#compdef supervisorctl
# zsh completion for supervisorctl, made by: supervisorctl completion zsh

_supervisorctl() {
  local command="" value="" word
  local -a flags list
  integer index
  for ((index = 2; index < CURRENT; index++)); do
    word=\${words[index]}
    if [[ -n $value ]]; then
      flags+=("$word")
      value=""
      continue
    fi
    case $word in
      (${wordsTaking(words, "value").join("|")}) flags+=("$word") value=$word ;;
      (-*) flags+=("$word") ;;
      (*) command=$word && break ;;
    esac
  done
  if [[ -n $value ]]; then
    case $value in (${wordsTaking(words, "file").join("|")}) _files ;; esac
    return
  elif [[ -z $command && \${words[CURRENT]} == -* ]]; then
    list=(
${words.flags.flatMap((flag) => flag.words.map((word) => `      ${quoted(word, flag.help)}`)).join("\n")}
    )
    _describe -o flag list
    return
  elif [[ -z $command ]]; then
    list=(
${words.commands.map(({ name, help }) => `      ${quoted(name, help)}`).join("\n")}
    )
    _describe action list
    return
  elif [[ \${words[CURRENT]} == -* ]]; then
    case $command in
${optionCases(words)}
    esac
  else
    case $command in
${kindCases(words)}
    esac
  fi
  compadd -- $list
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _supervisorctl "$@"
else
  compdef _supervisorctl supervisorctl
fi
`;
}

function quoted(word: string, help: string): string {
  return `'${word}:${help.replaceAll("'", "")}'`;
}

function optionCases({ commands }: Vocabulary): string {
  const having = commands.filter((command) => command.options.length > 0);
  return having.map(({ name, options }) => `      (${name}) list=(${options.join(" ")}) ;;`).join("\n");
}

function kindCases(words: Vocabulary): string {
  const lines = [...byKind(words)].flatMap(([kind, commands]) => {
    const list = listOf(kind, words);
    return list === null ? [] : [`      (${commands.join("|")}) ${list} ;;`];
  });
  return lines.join("\n");
}

function listOf(kind: Completes, words: Vocabulary): string | null {
  switch (kind) {
    case "nothing":
      return null;
    case "commands":
      return `list=(${words.commands.map(({ name }) => name).join(" ")})`;
    case "groups":
    case "processes":
      return asked(kind);
    case "signal-processes":
      return `if ((CURRENT == index + 1)); then list=(${words.signals.join(" ")}); else ${asked("processes")}; fi`;
    case "shells":
      return `list=(${words.shells.join(" ")})`;
  }
}

/** (f) splits at line ends. */
function asked(what: "groups" | "processes"): string {
  return `list=("\${(@f)$("\${words[1]}" $flags completion ${what} 2> /dev/null)}")`;
}
