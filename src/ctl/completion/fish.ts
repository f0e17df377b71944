/** The completion script for fish. */
import type { CommandRow, Completes } from "../command.ts";
import { byKind, type Vocabulary, vocabulary, wordsTaking } from "./vocabulary.ts";

export function fishScript(commands: readonly CommandRow[]): string {
  const words = vocabulary(commands);
  return `# fish completion for supervisorctl, made by: supervisorctl completion fish

# The flags before the action, so that names are asked of the same server; with "action", the action.
function __supervisorctl_words
    set -l takes_value 0
    for word in (commandline -opc)[2..-1]
        if test $takes_value = 1
            set takes_value 0
        else if string match -q -- '-*' $word
            contains -- $word ${wordsTaking(words, "value").join(" ")}
            and set takes_value 1
        else
            test "$argv" = action
            and echo -- $word
            return
        end
        test "$argv" = action
        or echo -- $word
    end
end

function __supervisorctl_no_action
    test -z (__supervisorctl_words action | string collect)
end

function __supervisorctl_action
    contains -- (__supervisorctl_words action | string collect) $argv
end

function __supervisorctl_ask
    set -l words (commandline -opc)
    command $words[1] (__supervisorctl_words) completion $argv 2>/dev/null
end

# How many words stand behind the action, without the one that is being typed.
function __supervisorctl_count
    math (count (commandline -opc)) - (count (__supervisorctl_words)) - 2
end

complete -c supervisorctl -f
${words.flags.map(flagLine).join("\n")}
${words.commands.map(({ name, help }) => `complete -c supervisorctl -n __supervisorctl_no_action -a ${name} -d ${quoted(help)}`).join("\n")}
${kindLines(words).join("\n")}
${optionLines(words).join("\n")}
`;
}

function flagLine({ words, takesValue, isFile, help }: Vocabulary["flags"][number]): string {
  const names = words.map((word) => (word.startsWith("--") ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
  const value = isFile ? " -r -F" : takesValue ? " -x" : "";
  return `complete -c supervisorctl -n __supervisorctl_no_action ${names.join(" ")}${value} -d ${quoted(help)}`;
}

function kindLines(words: Vocabulary): readonly string[] {
  return [...byKind(words)].flatMap(([kind, commands]) => {
    const after = `__supervisorctl_action ${commands.join(" ")}`;
    return lists(kind, words).map(
      ({ when, list }) => `complete -c supervisorctl -n ${quoted(when === "" ? after : `${after}; ${when}`)} -a ${quoted(list)}`,
    );
  });
}

type When = { readonly when: string; readonly list: string };

function lists(kind: Completes, words: Vocabulary): readonly When[] {
  const always = (list: string): readonly When[] => [{ when: "", list }];
  switch (kind) {
    case "nothing":
      return [];
    case "commands":
      return always(words.commands.map(({ name }) => name).join(" "));
    case "groups":
    case "processes":
      return always(`(__supervisorctl_ask ${kind})`);
    case "signal-processes":
      return [
        { when: "and test (__supervisorctl_count) -eq 0", list: words.signals.join(" ") },
        { when: "and test (__supervisorctl_count) -gt 0", list: "(__supervisorctl_ask processes)" },
      ];
    case "shells":
      return always(words.shells.join(" "));
  }
}

function optionLines({ commands }: Vocabulary): readonly string[] {
  return commands.flatMap(({ name, options }) =>
    options.map((option) => `complete -c supervisorctl -n ${quoted(`__supervisorctl_action ${name}`)} -l ${option.slice(2)}`),
  );
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
