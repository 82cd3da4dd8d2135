/** Completion for fish 3 and newer. */
import type { CommandTree, CompletedCommand, CompletedOption, Value } from './command-tree';

/** A word for fish, where only the quote and the backslash mean something between single quotes. */
const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

const takenBy = (value: Value | undefined): string => {
  if (value === undefined) return '';
  if (value === 'file') return ' -rF';
  if (value === 'folder') return ` -xa '(__fish_complete_directories)'`;
  return value === 'text' ? ' -x' : ` -xa ${quote(value.join(' '))}`;
};

const optionLine = (condition: string, { names, description, value }: CompletedOption): string => {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  return `complete -c dmctl${condition} ${flags}${takenBy(value)} -d ${quote(description)}`;
};

const linesOf = ({ path, commands, options, arguments: values, isVariadic }: CompletedCommand): string[] => {
  const at = (word: string) => ` -n ${quote(`__dmctl_at ${quote(path)}${word}`)}`;
  return [
    ...commands.map(
      ({ name, description }) => `complete -c dmctl${at(' 0')} -a ${quote(name)} -d ${quote(description)}`,
    ),
    ...options.map((option) => optionLine(at(''), option)),
    ...values.flatMap((value, index) => {
      if (value === 'text') return [];
      const isLast = isVariadic && index === values.length - 1;
      const here = at(isLast ? ` ${index} on` : ` ${index}`);
      return [`complete -c dmctl${here}${value === 'file' ? ' -F' : takenBy(value).replace('-x', '-')}`];
    }),
  ];
};

/** The options that take a value, as the line before the cursor may have them. */
const valueArms = (options: readonly CompletedOption[], path?: string): string[] =>
  options
    .filter(({ value }) => value !== undefined)
    .flatMap(({ names }) => names.map((name) => quote(path === undefined ? name : `${path} ${name}`)));

export const fishCompletion = ({ globalOptions, commands }: CommandTree): string => `# Completion of dmctl for fish.
# True at command $argv[1], with $argv[2] arguments of it before the cursor if that is given: "on" for these or more.
function __dmctl_at
    set -l route ''
    set -l arguments 0
    set -l takes 0
    for word in (commandline -opc)[2..]
        if test $takes = 1
            set takes 0
        else if string match -q -- '-*' $word
            contains -- $word ${valueArms(globalOptions).join(' ')}; and set takes 1
            contains -- "$route $word" ${commands.flatMap(({ path, options }) => valueArms(options, path)).join(' ')}; and set takes 1
        else if test $arguments = 0; and contains -- (string trim -- "$route $word") ${commands
          .filter(({ path }) => path !== '')
          .map(({ path }) => quote(path))
          .join(' ')}
            set route (string trim -- "$route $word")
        else
            set arguments (math $arguments + 1)
        end
    end
    test "$route" = $argv[1]; or return 1
    set -q argv[2]; or return 0
    set -q argv[3]; and test $arguments -ge $argv[2]; or test $arguments = $argv[2]
end

complete -c dmctl -e
complete -c dmctl -f
${globalOptions.map((option) => optionLine('', option)).join('\n')}
${commands.flatMap(linesOf).join('\n')}
`;
