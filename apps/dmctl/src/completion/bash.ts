/** Completion for bash 3.2 and newer, without the package bash-completion. */
import { shellQuote } from '@alink/operator/connect';
import { argumentArms, commandArms, globalOptionArms, optionArms, type Arm } from './case-arms';
import type { CommandTree, CompletedOption } from './command-tree';

const namesOf = (options: readonly CompletedOption[]): string => options.flatMap(({ names }) => names).join(' ');

const arm: Arm = (pattern, answer) => `    ${pattern}) echo ${shellQuote(answer)} ;;`;

export const bashCompletion = (tree: CommandTree): string => `# Completion of dmctl for bash.
# Commands that may follow $1.
_dmctl_commands() {
  case $1 in
${commandArms(tree.commands, arm, ({ commands }) => commands.map(({ name }) => name).join(' '))}
  esac
}

# Options of $1.
_dmctl_options() {
  case $1 in
${commandArms(tree.commands, arm, ({ options }) => namesOf(options))}
  esac
  echo ${shellQuote(namesOf(tree.globalOptions))}
}

# What option $2 of $1 takes: words, or @file, @folder, @text; nothing where it takes none.
_dmctl_value() {
  case "$1 $2" in
${optionArms(tree, arm)}
  esac
  case $2 in
${globalOptionArms(tree, arm)}
  esac
}

# The same of argument $2, from 0, of $1.
_dmctl_argument() {
  case "$1 $2" in
${argumentArms(tree, arm)}
  esac
}

_dmctl() {
  local current=\${COMP_WORDS[COMP_CWORD]} route= arguments=0 takes= candidates i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # bash makes three words of --option=value.
    if [[ $word == = ]]; then
      continue
    elif [[ -n $takes ]]; then
      takes=
    elif [[ $word == -* ]]; then
      takes=$(_dmctl_value "$route" "$word")
    elif ((arguments == 0)) && [[ " $(_dmctl_commands "$route") " == *" $word "* ]]; then
      route=\${route:+$route }$word
    else
      ((arguments += 1))
    fi
  done
  [[ $current == = ]] && current=
  if [[ -n $takes ]]; then
    candidates=$takes
  elif [[ $current == -* ]]; then
    candidates=$(_dmctl_options "$route")
  else
    candidates=$(_dmctl_commands "$route")
    [[ -z $candidates ]] && candidates=$(_dmctl_argument "$route" "$arguments")
  fi
  local IFS=$'\\n'
  case $candidates in
    @text | '') ;;
    @file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")) ;;
    @folder) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current")) ;;
    *) IFS=$' \\n'; COMPREPLY=($(compgen -W "$candidates" -- "$current")) ;;
  esac
}

complete -F _dmctl dmctl
`;
