/**
 * The completion script for bash. What the server says is only ever compared with what was typed, never run: `compgen -W` would carry out a `$(...)`
 * in a name.
 */
import type { CommandRow, Completes } from "../command.ts";
import { byKind, type Vocabulary, vocabulary, wordsTaking } from "./vocabulary.ts";

export function bashScript(commands: readonly CommandRow[]): string {
  const words = vocabulary(commands);
  return `# bash completion for supervisorctl, made by: supervisorctl completion bash

_supervisorctl() {
  local line=\${COMP_LINE:0:COMP_POINT} command="" value="" word
  local -a words=() flags=() list=()
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local -i index last=$((\${#words[@]} - 1))
  local cur=\${words[last]}
  COMPREPLY=()
  for ((index = 1; index < last; index++)); do
    word=\${words[index]}
    if [[ -n $value ]]; then
      flags+=("$word")
      value=""
      continue
    fi
    case $word in
      ${wordsTaking(words, "value").join(" | ")}) flags+=("$word") value=$word ;;
      -*) flags+=("$word") ;;
      *) command=$word && break ;;
    esac
  done
  if [[ -n $value ]]; then
    case $value in ${wordsTaking(words, "file").join(" | ")}) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;; esac
    return
  elif [[ -z $command && $cur == -* ]]; then
    list=(${words.flags.flatMap((flag) => flag.words).join(" ")})
  elif [[ -z $command ]]; then
    list=(${names(words)})
  elif [[ $cur == -* ]]; then
    case $command in
${optionCases(words)}
    esac
  else
    case $command in
${kindCases(words)}
    esac
  fi
  for word in "\${list[@]}"; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
  done
  # bash takes a colon for the end of a word, so what stands before the last one is there already.
  if [[ $COMP_WORDBREAKS == *:* && $cur == *:* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*:}"}"}")
  fi
}

complete -F _supervisorctl supervisorctl
`;
}

function names({ commands }: Vocabulary): string {
  return commands.map(({ name }) => name).join(" ");
}

function optionCases({ commands }: Vocabulary): string {
  const having = commands.filter((command) => command.options.length > 0);
  return having.map(({ name, options }) => `      ${name}) list=(${options.join(" ")}) ;;`).join("\n");
}

function kindCases(words: Vocabulary): string {
  const lines = [...byKind(words)].flatMap(([kind, commands]) => {
    const list = listOf(kind, words);
    return list === null ? [] : [`      ${commands.join(" | ")}) ${list} ;;`];
  });
  return lines.join("\n");
}

function listOf(kind: Completes, words: Vocabulary): string | null {
  switch (kind) {
    case "nothing":
      return null;
    case "commands":
      return `list=(${names(words)})`;
    case "groups":
    case "processes":
      return asked(kind);
    case "signal-processes":
      return `if ((last == index + 1)); then list=(${words.signals.join(" ")}); else ${asked("processes")}; fi`;
    case "shells":
      return `list=(${words.shells.join(" ")})`;
  }
}

function asked(what: "groups" | "processes"): string {
  return `mapfile -t list < <("\${words[0]}" "\${flags[@]}" completion ${what} 2> /dev/null)`;
}
