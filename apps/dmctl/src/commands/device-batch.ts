import {
  createByCount,
  createFromLines,
  importInParts,
  MAX_LINES,
  MAX_LINES_IN_PARTS,
  wantedOf,
  writeTriples,
  type BatchOptions,
  type JudgedDevice,
  type TripleLine,
} from '@alink/operator/devices';
import { productKeyOf } from '@alink/operator/products';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io, PrivateFile } from '../io';
import { parseCount, parseStart } from '../parse-options';
import { resultFile } from '../result-file';
import type { Session } from '../session';
import { readTriples } from '../triples-file';

interface CreateOptions extends BatchOptions {
  readonly count?: number;
  readonly prefix?: string;
  readonly start?: number;
  readonly csv?: string;
  readonly out?: string;
}

export const addDeviceBatchCommands = (device: Command, io: Io): void => {
  withExample(
    device
      .command('batch-create')
      .description(`create up to ${MAX_LINES} devices, and write their triples to a file`)
      .argument('<productKey>')
      .option('--count <n>', 'so many, named by --prefix and a number', parseCount)
      .option('--prefix <text>', 'what their names begin with')
      .option('--start <n>', 'first number (the one after the highest that there is, when left out)', parseStart)
      .option('--csv <file>', 'lines with deviceName, and alias and deviceSecret if given; - for standard input')
      .option('--all-or-nothing', 'create none when one cannot be created')
      .option('--dry-run', 'check only')
      .option('--out <file>', 'new file for the triples, mode 600')
      .action(inSession(io, createDevices)),
    'device batch-create aliyun_test_01 --count 100 --prefix lamp --out triples.csv',
    'device batch-create aliyun_test_01 --csv names.csv --dry-run',
  );

  withExample(
    device
      .command('import')
      .description('create devices that have their triples already, which are kept byte for byte')
      .argument('<file>', 'CSV with a header productKey,deviceName,deviceSecret[,alias]; - for standard input')
      .option('--all-or-nothing', 'create none when one cannot be created')
      .option('--dry-run', 'check only')
      .option('--result <file>', 'what became of each; one that is there from an earlier run is gone on with')
      .action(inSession(io, importDevices)),
    'device import triples.csv --dry-run',
    'device import million.csv --result million.result.csv',
  );
};

const createDevices = async (session: Session, options: CreateOptions, productID: string): Promise<void> => {
  const { out: path, dryRun, csv } = options;
  checkOptions(options);
  const lines = csv === undefined ? undefined : await readTriples(session.io, csv, ['deviceName']);
  const productKey = productKeyOf(await session.products.productInfoRead({ productID }));
  // Before anything is created: secrets that cannot be written down would be lost.
  const file = path === undefined ? undefined : await openNew(session.io, path);
  // One call, whatever it takes: what it has done so far, nobody can tell.
  session.out.progress({ done: 0, total: lines?.length ?? options.count });
  let devices: JudgedDevice[];
  try {
    devices = await create(session, { productID, productKey }, options, lines);
  } catch (error) {
    await file?.discard();
    throw error;
  }
  const created = devices.filter(({ reason }) => reason === '');
  if (created.length === 0) await file?.discard();
  else if (file) await writeTriples(file.stream, created);
  report(session, devices, { dryRun, out: created.length > 0 ? path : undefined });
};

const checkOptions = ({ count, prefix, start, csv, out, dryRun }: CreateOptions): void => {
  const wrong = (message: string) => new CliError(ExitCode.usage, message);
  if ((count === undefined) === (csv === undefined)) throw wrong('either --count with --prefix, or --csv');
  if ((count === undefined) !== (prefix === undefined)) throw wrong('--count and --prefix go together');
  if (start !== undefined && count === undefined) throw wrong('--start goes with --count');
  if (out === undefined && !dryRun) throw wrong('--out must say where the triples go');
  if (out !== undefined && dryRun) throw wrong('a dry run makes no triples: leave --out or --dry-run');
};

const openNew = async (io: Io, path: string): Promise<PrivateFile> => {
  try {
    return await io.createPrivateFile(path);
  } catch (error) {
    throw new CliError(ExitCode.usage, `cannot create ${path}: ${(error as Error).message}`);
  }
};

const create = (
  session: Session,
  product: { readonly productID: string; readonly productKey: string },
  { count = 0, prefix = '', start, allOrNothing, dryRun }: CreateOptions,
  lines: readonly TripleLine[] | undefined,
): Promise<JudgedDevice[]> => {
  if (!lines) return createByCount(session, product, { count, prefix, start, allOrNothing, dryRun });
  const wanted = lines.map((line) => {
    const foreign = line.productKey !== '' && line.productKey !== product.productKey;
    return { ...line, ...product, fault: foreign ? `is of another product, ${line.productKey}` : undefined };
  });
  return createFromLines(session, wanted, { allOrNothing, dryRun });
};

interface ImportOptions extends BatchOptions {
  /** File of results, which an earlier run may have begun. */
  readonly result?: string;
}

const importDevices = async (
  session: Session,
  { dryRun, result, allOrNothing }: ImportOptions,
  path: string,
): Promise<void> => {
  const { io, out } = session;
  if (dryRun && result !== undefined) {
    throw new CliError(ExitCode.usage, 'a dry run has no results: leave --result or --dry-run');
  }
  const columns = ['productKey', 'deviceName', 'deviceSecret'] as const;
  const lines = await readTriples(io, path, columns, MAX_LINES_IN_PARTS);
  if (allOrNothing && lines.length > MAX_LINES) {
    throw new CliError(ExitCode.usage, `--all-or-nothing takes at most ${MAX_LINES} devices`);
  }
  const results = result === undefined ? undefined : resultFile(io, result);
  const options = { allOrNothing, dryRun, results };
  const { devices, broken } = await importInParts(session, await wantedOf(session, lines), options, out);
  if (broken) {
    const again = results ? '; the same command goes on from there' : '';
    out.note(`broken off after ${broken.done} of ${broken.total} devices${again}`);
    throw broken.failure;
  }
  report(session, devices, { dryRun });
};

/** Tells how it went. @throws {CliError} when some were refused */
const report = (
  { out }: Session,
  devices: readonly JudgedDevice[],
  { dryRun = false, out: path }: { readonly dryRun?: boolean; readonly out?: string },
): void => {
  const refusals = devices.flatMap(({ line, productKey, deviceName, reason }) =>
    reason ? { line, productKey, deviceName, reason } : [],
  );
  const good = devices.length - refusals.length;
  if (!out.json && refusals.length > 0) {
    const columns = ['deviceName', 'reason'] as const;
    out.rows(refusals, refusals[0]?.line === undefined ? columns : ['line', 'productKey', ...columns], '');
  }
  const sentence = dryRun ? `${good} of ${devices.length} could be created` : `created ${good} of ${devices.length}`;
  out.done(
    { dryRun, [dryRun ? 'creatable' : 'created']: good, refused: refusals.length, out: path, refusals },
    path === undefined ? sentence : `${sentence}; their triples are in ${path}`,
  );
  if (refusals.length > 0) {
    throw new CliError(ExitCode.refused, `${refusals.length} of ${devices.length} devices refused`);
  }
};
