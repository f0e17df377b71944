/**
 * What bash, zsh and fish need to complete: a stub for each that asks supervisorctl itself, the one that the line names unless that is an alias. What it
 * answers is only ever offered, never run: `compgen -W` would carry out a `$(...)` in a name.
 */

/** The hidden first word that makes supervisorctl complete the others. */
export const COMPLETE = "__complete";

const BASH = `# bash completion for supervisorctl, made by: supervisorctl completion bash
_supervisorctl() {
  local line=\${COMP_LINE:0:COMP_POINT} word
  local -a words=()
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local cur=\${words[\${#words[@]}-1]} program=\${words[0]/#\\~\\//$HOME/}
  type -P "$program" > /dev/null || program=supervisorctl
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == :files ]]; then
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    else
      COMPREPLY+=("$word")
    fi
  done < <("$program" ${COMPLETE} "\${words[@]:1}" 2> /dev/null)
  # bash takes a colon for the end of a word, so what stands before the last one is there already.
  if [[ $COMP_WORDBREAKS == *:* && $cur == *:* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*:}"}"}")
  fi
}
complete -F _supervisorctl supervisorctl
`;

const ZSH = `#compdef supervisorctl
# zsh completion for supervisorctl, made by: supervisorctl completion zsh
_supervisorctl() {
  local line word program=\${\${(Q)words[1]}/#\\~\\//$HOME/}
  local -a list
  whence -p -- "$program" > /dev/null || program=supervisorctl
  for line in "\${(@f)$("$program" ${COMPLETE} "\${(@Q)words[2,CURRENT]}" 2> /dev/null)}"; do
    [[ $line == :files ]] && { _files; return }
    word=\${line%%$'\\t'*}
    [[ -n $word ]] && list+=("\${\${word//\\\\/\\\\\\\\}//:/\\\\:}\${\${line#"$word"}/$'\\t'/:}")
  done
  _describe supervisorctl list
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _supervisorctl "$@"
else
  compdef _supervisorctl supervisorctl
fi
`;

const FISH = `# fish completion for supervisorctl, made by: supervisorctl completion fish
function __supervisorctl_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    command -sq $program
    or set program supervisorctl
    set -l found (command $program ${COMPLETE} $words[2..-1] "$typed" 2>/dev/null)
    if test "$found" = :files
        __fish_complete_path "$typed"
    else
        string join -- \\n $found
    end
end
complete -c supervisorctl -f -a '(__supervisorctl_complete)'
`;

export const STUBS: ReadonlyMap<string, string> = new Map([
  ["bash", BASH],
  ["zsh", ZSH],
  ["fish", FISH],
]);
