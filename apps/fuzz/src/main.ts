/** `node tools/fuzz.mjs [target] [--seed N] [--seconds N | --forever]`: fuzzes one parser or all of them. */
import { parseArgs } from 'node:util';
import { runTarget } from './run-target';
import { targets } from './targets';
import { vectorText } from './vector-text';

/** The seed of CI, so that what fails there fails here. */
const DEFAULT_SEED = 20_260_101;
const DEFAULT_SECONDS = 60;

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};

const wholeNumber = (name: string, text: string): number =>
  /^\d{1,9}$/.test(text) ? Number(text) : fail(`--${name} wants a whole number`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, seconds: { type: 'string' }, forever: { type: 'boolean' } },
});
const firstSeed = values.seed === undefined ? DEFAULT_SEED : wholeNumber('seed', values.seed);
const seconds = values.seconds === undefined ? DEFAULT_SECONDS : wholeNumber('seconds', values.seconds);
const names = targets.map(({ name }) => name).join(', ');
const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.find((name) => !targets.some((target) => target.name === name));
if (unknown !== undefined) fail(`there is no target ${unknown}; there are ${names}`);

// Without limit every round takes the next seed: one seed can only find what its first inputs lead to.
for (
  let seed = firstSeed, goOn = true;
  goOn;
  seed++, goOn = values.forever === true && process.exitCode === undefined
) {
  for (const target of chosen) {
    const began = performance.now();
    const { runs, outcomes, failure } = runTarget(target, { seed, milliseconds: seconds * 1000 });
    const perSecond = Math.round((runs * 1000) / (performance.now() - began));
    process.stdout.write(
      `${target.name.padEnd(14)} ${failure ? 'FAILED' : 'passed'}: ${runs} runs, ${perSecond}/s, ${outcomes} outcomes, seed ${seed}\n`,
    );
    if (!failure) continue;
    process.stdout.write(`${failure.cause}\nvector: ${vectorText(failure.input)}\n`);
    process.exitCode = 1;
  }
}
