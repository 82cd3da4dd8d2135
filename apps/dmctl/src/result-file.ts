/**
 * What became of each device of a long list, in a CSV file `productKey,deviceName,result`: a run that was broken off is
 * taken up again where it ended. Before devices are sent, the file says so; of two lines of a device the later counts.
 */
import { visible } from '@alink/text';
import { CliError, ExitCode } from './exit-code';
import type { Io } from './io';
import { textOf } from './read-text-file';

const HEADER = 'productKey,deviceName,result';
/** Ends a line that was cut off, which says nothing of any device: with more values than a line has. */
const CUT_OFF = ',,,\n';
/** The device was sent, and what came of it is not known. */
const SENT = 'sent';

/** A device as a file of its user names it. */
export interface NamedDevice {
  readonly productKey: string;
  readonly deviceName: string;
}

export interface DeviceResult extends NamedDevice {
  /** In a word where it went well, else why not. */
  readonly result: string;
}

/** One value: without what would need quotes, so that a line that was cut off spoils no other. */
const plain = (text: string): string => visible(text).replace(/[",]/g, ' ').trim();

const keyOf = ({ productKey, deviceName }: NamedDevice): string => `${plain(productKey)},${plain(deviceName)}`;

export class ResultFile {
  private constructor(
    private readonly io: Io,
    /** Undefined where nobody wants one. */
    private readonly path: string | undefined,
    private readonly known: ReadonlyMap<string, string>,
  ) {}

  /** @throws {CliError} when there is a file that cannot be read, or is another one */
  static async open(io: Io, path: string | undefined): Promise<ResultFile> {
    if (path === undefined) return new ResultFile(io, path, new Map());
    const text = await readIfThere(io, path);
    const [header = '', ...lines] = text.split('\n');
    if (text !== '' && header !== HEADER) {
      throw new CliError(ExitCode.usage, `cannot use ${path}: it is no result file of dmctl`);
    }
    // The last line may have been cut off: then it takes the place of none before it.
    const file = new ResultFile(io, path, new Map(lines.slice(0, -1).flatMap(entryOf)));
    await file.write(text === '' ? `${HEADER}\n` : text.endsWith('\n') ? '' : CUT_OFF);
    return file;
  }

  /** True where an earlier run ended well for the device. */
  isDone(device: NamedDevice, done: string): boolean {
    return this.known.get(keyOf(device)) === done;
  }

  /** True where an earlier run was broken off before it knew what came of the device. */
  isOpen(device: NamedDevice): boolean {
    return this.known.get(keyOf(device)) === SENT;
  }

  /** Says that these are sent now. */
  sending(devices: readonly NamedDevice[]): Promise<void> {
    return this.note(devices.map(({ productKey, deviceName }) => ({ productKey, deviceName, result: SENT })));
  }

  note(results: readonly DeviceResult[]): Promise<void> {
    return this.write(results.map((device) => `${keyOf(device)},${plain(device.result)}\n`).join(''));
  }

  private async write(text: string): Promise<void> {
    if (this.path === undefined || text === '') return;
    try {
      await this.io.appendText(this.path, text);
    } catch (error) {
      throw new CliError(ExitCode.usage, `cannot write ${this.path}: ${(error as Error).message}`);
    }
  }
}

const readIfThere = async (io: Io, path: string): Promise<string> => {
  try {
    return textOf(path, await io.readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error instanceof CliError
      ? error
      : new CliError(ExitCode.usage, `cannot read ${path}: ${(error as Error).message}`);
  }
};

const entryOf = (line: string): [string, string][] => {
  const [productKey, deviceName, result, more] = line.split(',');
  return result === undefined || more !== undefined ? [] : [[`${productKey},${deviceName}`, result]];
};
