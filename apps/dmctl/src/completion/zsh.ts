/** Completion for zsh, sourced or as `_dmctl` in a folder of `fpath`. */
import { shellQuote } from '@alink/operator/connect';
import { argumentArms, commandArms, globalOptionArms, optionArms, type Arm } from './case-arms';
import type { CommandTree, CompletedOption } from './command-tree';

/** A candidate as `_describe` takes it. */
const describe = ({ name, description }: { readonly name: string; readonly description: string }): string =>
  shellQuote(`${name}:${description.replaceAll(':', '\\:')}`);

const describeAll = (options: readonly CompletedOption[]): string =>
  options.flatMap(({ names, description }) => names.map((name) => describe({ name, description }))).join(' ');

const arm: Arm = (pattern, answer) => `    ${pattern}) reply=(${answer}) ;;`;

export const zshCompletion = (tree: CommandTree): string => `#compdef dmctl
# Completion of dmctl for zsh. Each function leaves its answer in reply.

# Commands that may follow $1.
_dmctl_commands() {
  reply=()
  case $1 in
${commandArms(tree.commands, arm, ({ commands }) => commands.map(describe).join(' '))}
  esac
}

# Options of $1.
_dmctl_options() {
  reply=()
  case $1 in
${commandArms(tree.commands, arm, ({ options }) => describeAll(options))}
  esac
  reply+=(${describeAll(tree.globalOptions)})
}

# What option $2 of $1 takes: words, or @file, @folder, @text; nothing where it takes none.
_dmctl_value() {
  reply=()
  case $2 in
${globalOptionArms(tree, arm)}
  esac
  case "$1 $2" in
${optionArms(tree, arm)}
  esac
}

# The same of argument $2, from 0, of $1.
_dmctl_argument() {
  reply=()
  case "$1 $2" in
${argumentArms(tree, arm)}
  esac
}

_dmctl() {
  local -a reply takes
  local route= word
  integer arguments=0 i
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if (($#takes)); then
      takes=()
      continue
    elif [[ $word == -* ]]; then
      # --option=value is whole in itself.
      [[ $word == *=* ]] && continue
      _dmctl_value "$route" "$word"
      takes=($reply)
      continue
    fi
    _dmctl_commands "$route"
    if ((arguments == 0 && \${reply[(I)$word:*]})); then
      route=\${route:+$route }$word
    else
      ((arguments += 1))
    fi
  done
  if [[ $#takes -eq 0 && $words[CURRENT] == --*=* ]]; then
    _dmctl_value "$route" "\${words[CURRENT]%%=*}"
    takes=($reply)
    compset -P '*='
  fi
  if (($#takes == 0)); then
    if [[ $words[CURRENT] == -* ]]; then
      _dmctl_options "$route"
      _describe -o option reply
      return
    fi
    _dmctl_commands "$route"
    if (($#reply)); then
      _describe command reply
      return
    fi
    _dmctl_argument "$route" $arguments
    takes=($reply)
  fi
  case $takes[1] in
    @text | '') _message 'a value' ;;
    @file) _files ;;
    @folder) _path_files -/ ;;
    *) compadd -a takes ;;
  esac
}

if [[ $funcstack[1] == _dmctl ]]; then
  _dmctl "$@"
else
  compdef _dmctl dmctl
fi
`;
