/**
 * What became of each device of a long list, in CSV `productKey,deviceName,result`: a run that was broken off is taken up
 * again where it ended. Before devices are sent, the log says so; of two lines of a device the later counts.
 */
import { visible } from '@alink/text';
import { OperatorError } from '../operator-error';
import { textOf } from '../words/text-of';

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

/** Where a log is kept: a file, or what a browser has been given. */
export interface ResultStore {
  /** For people. */
  readonly name: string;
  /** All that was written; empty where there is nothing yet. @throws {OperatorError} when it cannot be read */
  read(): Promise<Uint8Array>;
  /** Adds to the end. @throws {OperatorError} when it cannot be written */
  append(text: string): Promise<void>;
}

/** One value: without what would need quotes, so that a line that was cut off spoils no other. */
const plain = (text: string): string => visible(text).replace(/[",]/g, ' ').trim();

const keyOf = ({ productKey, deviceName }: NamedDevice): string => `${plain(productKey)},${plain(deviceName)}`;

export class ResultLog {
  private constructor(
    /** Undefined where nobody wants one. */
    private readonly store: ResultStore | undefined,
    private readonly known: ReadonlyMap<string, string>,
  ) {}

  /** @throws {OperatorError} when what there is cannot be read, or is something else */
  static async open(store: ResultStore | undefined): Promise<ResultLog> {
    if (!store) return new ResultLog(store, new Map());
    const text = textOf(store.name, await store.read());
    const [header = '', ...lines] = text.split('\n');
    if (text !== '' && header !== HEADER) {
      throw new OperatorError('unusable', `cannot use ${store.name}: it is no result file of dmctl`);
    }
    // The last line may have been cut off: then it takes the place of none before it.
    const log = new ResultLog(store, new Map(lines.slice(0, -1).flatMap(entryOf)));
    await log.write(text === '' ? `${HEADER}\n` : text.endsWith('\n') ? '' : CUT_OFF);
    return log;
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
    if (text !== '') await this.store?.append(text);
  }
}

const entryOf = (line: string): [string, string][] => {
  const [productKey, deviceName, result, more] = line.split(',');
  return result === undefined || more !== undefined ? [] : [[`${productKey},${deviceName}`, result]];
};
