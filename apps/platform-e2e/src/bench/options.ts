/** What the command line of the benchmarks says. */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { GatewaysOptions } from './gateways/gateways';
import type { HostileOptions } from './hostile/hostile';
import { LOAD_NAMES, type LoadName } from './loads/load';

export interface BenchOptions {
  /** Measured rounds of each load. */
  readonly rounds: number;
  /** Small loads, for a check that all of it still runs. */
  readonly quick: boolean;
  readonly only: readonly LoadName[];
  /** File for everything that was measured. */
  readonly json?: string;
  /** Root of another built checkout, whose platform is measured in the same turns. */
  readonly beside?: string;
}

export type CommandLine =
  | { readonly command: 'bench'; readonly options: BenchOptions }
  | { readonly command: 'reconnect'; readonly devices?: number }
  | { readonly command: 'hostile'; readonly options: HostileOptions }
  | { readonly command: 'gateways'; readonly options: GatewaysOptions };

/** The command line cannot be used, or asks for help: what to print, and how the process ends. */
export class UsageEnd extends Error {
  override readonly name = 'UsageEnd';
  constructor(
    text: string,
    readonly exitCode: number,
  ) {
    super(text);
  }
}

const count = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
};

const isLoadName = (name: string): name is LoadName => LOAD_NAMES.some((known) => known === name);

const loadNames = (text: string): LoadName[] => {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !isLoadName(name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`There is no "${wrong}"; there are ${LOAD_NAMES.join(', ')}.`);
  return LOAD_NAMES.filter((name) => names.includes(name));
};

/** A measurement takes minutes: that its file cannot be written is told before. */
const writableFile = (text: string): string => {
  const file = resolve(text);
  try {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch {
    throw new InvalidArgumentError('It cannot be written.');
  }
  return file;
};

const builtCheckout = (text: string): string => {
  const root = resolve(text);
  if (!existsSync(join(root, 'dist/apps/dm-rpc/main.mjs'))) {
    throw new InvalidArgumentError('It holds no built apps: run "node tools/build.mjs" there.');
  }
  return root;
};

/** Whether no load is left out. */
export const isEverything = ({ only }: BenchOptions): boolean => only.length === LOAD_NAMES.length;

/**
 * @param args without node and script
 * @throws {UsageEnd} with the help, or with one line that says what is wrong
 */
export const parseCommandLine = (args: readonly string[]): CommandLine => {
  let printed = '';
  let parsed: CommandLine | undefined;
  const output = {
    writeOut: (text: string) => void (printed += text),
    writeErr: (text: string) => void (printed += text),
  };
  const program = new Command('npm run bench --')
    .description('Measures the platform beside aedes, the broker that it is built on, in the same run and in turns.')
    .configureOutput(output)
    .exitOverride()
    .addOption(new Option('--rounds <n>', 'measured rounds of each load').argParser(count).default(3))
    .option('--quick', 'small loads: ends in under 4 minutes on 2 cores', false)
    .addOption(
      new Option('--only <rows>', `some of the loads, with commas: ${LOAD_NAMES.join(', ')}`)
        .argParser(loadNames)
        .default([...LOAD_NAMES], 'all'),
    )
    .option('--json <file>', 'writes everything that was measured, each round, into a file', writableFile)
    .option(
      '--beside <folder>',
      'also measures another built checkout of the platform, in the same turns',
      builtCheckout,
    )
    .action((options: BenchOptions) => void (parsed = { command: 'bench', options }));
  program
    .command('reconnect')
    .description('Measures how a whole fleet comes back at once')
    .argument('[devices]', 'devices of the fleet', count)
    .action((devices?: number) => void (parsed = { command: 'reconnect', devices }));
  program
    .command('hostile')
    .description('Measures what hostile devices and strangers can do to others; takes --rounds, --quick and --beside')
    .action(() => void (parsed = { command: 'hostile', options: program.opts<BenchOptions>() }));
  program
    .command('gateways')
    .description('Measures gateway devices with many sub-devices; takes --rounds and --quick')
    .action(() => void (parsed = { command: 'gateways', options: program.opts<BenchOptions>() }));
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageEnd(printed, error.exitCode);
  }
  return parsed!;
};
