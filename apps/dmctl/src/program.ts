import { OperatorError } from '@alink/operator';
import { visible, visibleJson, visibleLines } from '@alink/text';
import { Command, CommanderError, Help } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };
import { commandList } from './command-list';
import { CliError, ExitCode, exitCodeOf } from './exit-code';
import { addGlobalOptions } from './global-options';
import type { Io } from './io';
import { nameOf } from './listed-command';

const afterHelp = `
Where the services are:
  --endpoint and --job-endpoint; else etcd, when ETCD_HOSTS is set; else localhost, at DM_GRPC_PORT (9081) and
  TIMEDJOB_GRPC_PORT (9083). etcd over TLS or with a login: ETCD_CA_FILE, ETCD_CERT_FILE and ETCD_KEY_FILE, ETCD_USER and
  ETCD_PASSWORD, as the services have them.

Who you are, where the services ask:
  --token, --ca, --cert, --key; else GRPC_TOKEN, GRPC_CLIENT_CA_FILE, GRPC_CLIENT_CERT_FILE, GRPC_CLIENT_KEY_FILE. A token
  on the command line can be read by others on this machine while the command runs. GRPC_CLIENT_SERVER_NAME is the name
  that the services' certificates bear, where it is not the one that is dialled.

Exit codes:
  0  done
  1  the platform or the device said no
  2  the command line, a file or the environment cannot be used
  3  a service is not reachable

Example:
  $ dmctl product create aliyun_test_01 --name thermometer --tsl model.json
  $ dmctl device create aliyun_test_01 dev001
  $ dmctl device connect-params aliyun_test_01 dev001
  $ dmctl property latest aliyun_test_01 dev001`;

/**
 * The whole command line. A word of the arguments that is a command's name may also be an option's value: a command is then
 * loaded in vain, which costs a moment and changes nothing.
 */
const buildProgram = async (args: readonly string[], io: Io): Promise<Command> => {
  const unloaded = new Map<Command, string>();
  const program = addGlobalOptions(new Command('dmctl'))
    .description('Command line of the Alink platform: products, devices, their data, commands and jobs.')
    .version(packageJson.version, '--version', 'the version of dmctl')
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => unloaded.get(command) ?? new Help().subcommandTerm(command),
    })
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, outputError: () => undefined })
    .addHelpText('after', afterHelp)
    .exitOverride();
  for (const listed of commandList) {
    const name = nameOf(listed);
    const command = program.command(name).description(listed.description);
    if (args.includes(name)) (await listed.load())(command, io, commandList);
    else unloaded.set(command, listed.usage);
  }
  return program;
};

/**
 * Runs one command line.
 * @param args without node and script
 * @returns the exit code; failures have been told on standard error
 */
export const runDmctl = async (args: readonly string[], io: Io): Promise<ExitCode> => {
  try {
    await (await buildProgram(args, io)).parseAsync(args, { from: 'user' });
    return ExitCode.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok;
    const failure = asFailure(error);
    // A group without a command has shown its help already.
    if (failure.message) io.stderr(render(failure, args.includes('--json')));
    return exitCodeOf(failure);
  }
};

const asFailure = (error: unknown): OperatorError => {
  if (error instanceof OperatorError) return error;
  if (error instanceof CommanderError) {
    // A word that is like one that there is follows on a line of its own.
    const [message = '', ...lines] =
      error.code === 'commander.help' ? [] : error.message.replace(/^error: /, '').split('\n');
    return new CliError(ExitCode.usage, message, { lines, hint: '--help after any command shows how it is used.' });
  }
  throw error;
};

const render = (failure: OperatorError, json: boolean): string => {
  const {
    message,
    details: { code, hint, lines = [] },
  } = failure;
  if (json) {
    const whole = [message, ...lines].join('\n');
    return `${visibleJson(JSON.stringify({ error: { exitCode: exitCodeOf(failure), code, message: whole, hint } }))}\n`;
  }
  const told = `dmctl: ${[message, ...lines].map(visible).join('\n  ')}\n`;
  return hint ? `${told}       ${visibleLines(hint)}\n` : told;
};
