/** What can follow in a command line, read from the commands themselves. */
import type { Argument, Command, Option } from 'commander';

/** What a value is: one of some words, the name of a file or a folder, or something that nobody knows before. */
export type Value = readonly string[] | 'file' | 'folder' | 'text';

export interface CompletedOption {
  /** With their dashes: `-f`, `--filename`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined where it takes none. */
  readonly value: Value | undefined;
}

export interface CompletedCommand {
  /** Its words behind `dmctl`, with spaces between; '' for dmctl itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  /** Its own, without those that every command has. */
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly Value[];
  /** The last argument may come again and again. */
  readonly isVariadic: boolean;
}

export interface CommandTree {
  /** Of dmctl itself, which every command has. */
  readonly globalOptions: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

/** What the usage calls a value, where that says what it is. */
const placeholders: Readonly<Record<string, Value>> = {
  file: 'file',
  files: 'file',
  path: 'file',
  folder: 'folder',
};

const valueOf = (placeholder: string, choices: readonly string[] | undefined): Value =>
  choices ?? placeholders[placeholder.replace(/[^a-z]/gi, '')] ?? 'text';

const optionOf = (option: Option): CompletedOption => ({
  names: [option.short, option.long].filter((name) => name !== undefined),
  description: option.description,
  value:
    option.required || option.optional
      ? valueOf(/[<[].*$/.exec(option.flags)?.[0] ?? '', option.argChoices)
      : undefined,
});

const argumentOf = (argument: Argument): Value => valueOf(argument.name(), argument.argChoices);

const HELP: CompletedOption = { names: ['-h', '--help'], description: 'show what a command does', value: undefined };

const commandsBelow = (command: Command, words: readonly string[]): CompletedCommand[] => {
  const isTop = words.length === 0;
  const own: CompletedCommand = {
    path: words.join(' '),
    commands: command.commands.map((each) => ({ name: each.name(), description: each.description() })),
    options: isTop ? [] : command.options.filter(({ hidden }) => !hidden).map(optionOf),
    arguments: command.registeredArguments.map(argumentOf),
    isVariadic: command.registeredArguments.at(-1)?.variadic ?? false,
  };
  return [own, ...command.commands.flatMap((each) => commandsBelow(each, [...words, each.name()]))];
};

/** @param program with all its commands loaded */
export const commandTree = (program: Command): CommandTree => ({
  globalOptions: [...program.options.map(optionOf), HELP],
  commands: commandsBelow(program, []),
});
