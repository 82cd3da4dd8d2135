/** The tables of the scripts for bash and zsh, as arms of a `case`. */
import { shellQuote } from '@alink/operator/connect';
import type { CommandTree, CompletedCommand, CompletedOption, Value } from './command-tree';

/** An arm: for what it is, and what it answers. */
export type Arm = (pattern: string, answer: string) => string;

/** A value as the scripts have it: words, or what is looked up. */
const answerOf = (value: Value): string => (typeof value === 'string' ? `@${value}` : value.join(' '));

/** One arm for each command that has some of what is asked for, by its path. */
export const commandArms = (
  commands: readonly CompletedCommand[],
  arm: Arm,
  answerTo: (command: CompletedCommand) => string,
): string =>
  commands
    .map((command) => ({ path: command.path, answer: answerTo(command) }))
    .filter(({ answer }) => answer !== '')
    .map(({ path, answer }) => arm(shellQuote(path), answer))
    .join('\n');

/** What options take, by the path of their command and their name. */
export const optionArms = ({ commands }: CommandTree, arm: Arm): string =>
  commands
    .flatMap(({ path, options }) => options.flatMap((option) => armOf(option, arm, (name) => `${path} ${name}`)))
    .join('\n');

/** The same of the options that every command has, by their name. */
export const globalOptionArms = ({ globalOptions }: CommandTree, arm: Arm): string =>
  globalOptions.flatMap((option) => armOf(option, arm, (name) => name)).join('\n');

const armOf = ({ names, value }: CompletedOption, arm: Arm, keyOf: (name: string) => string): string[] =>
  value === undefined ? [] : [arm(names.map((name) => shellQuote(keyOf(name))).join('|'), answerOf(value))];

/** What arguments are, by the path of their command and their place in it. */
export const argumentArms = ({ commands }: CommandTree, arm: Arm): string =>
  commands
    .flatMap(({ path, arguments: values, isVariadic }) =>
      values.map((value, index) => {
        const isLast = isVariadic && index === values.length - 1;
        return arm(isLast ? `${shellQuote(`${path} `)}*` : shellQuote(`${path} ${index}`), answerOf(value));
      }),
    )
    .join('\n');
