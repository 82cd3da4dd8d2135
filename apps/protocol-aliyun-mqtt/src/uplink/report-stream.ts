/**
 * Where reports are kept: in the stream between our node and our dm. What one turn of the event loop brings, from however
 * many devices, is one message to each shard: the stream syncs messages, so its cost is theirs and not that of reports.
 */
import { encodeReport, joinReports, shardOf, subjects, type DeviceReport } from '@alink/contract';
import type { Bus } from '@alink/bus';
import { isTooLarge, ReportTooLargeError, type Keeper } from './keeper';

/** Characters of a message after which the next one begins: at three bytes each, well below NATS' limit of 1 MB. */
const MAX_CHARACTERS = 200_000;

/** Reports that will go out together. */
interface Gathering {
  readonly reports: string[];
  characters: number;
  readonly kept: Promise<void>;
  readonly settle: (sent: Promise<unknown>) => void;
}

export interface ReportStreamOptions {
  readonly bus: Bus;
  /** Of this process: two nodes never give a message the same id. */
  readonly nodeId: string;
  /** Subjects among which devices are spread. */
  readonly shards: number;
}

export class ReportStream implements Keeper {
  private readonly gatherings = new Map<number, Gathering>();
  private planned: NodeJS.Immediate | undefined;
  private messages = 0;

  constructor(private readonly options: ReportStreamOptions) {}

  keep(report: DeviceReport): Promise<void> {
    const text = encodeReport(report);
    if (isTooLarge(text)) return Promise.reject(new ReportTooLargeError());
    const shard = shardOf(report.productID, report.deviceName, this.options.shards);
    let gathering = this.gatherings.get(shard);
    if (gathering && gathering.characters + text.length > MAX_CHARACTERS) {
      this.send(shard, gathering);
      gathering = undefined;
    }
    if (!gathering) this.gatherings.set(shard, (gathering = gather()));
    gathering.reports.push(text);
    gathering.characters += text.length;
    this.planned ??= setImmediate(() => this.sendAll());
    return gathering.kept;
  }

  private sendAll(): void {
    this.planned = undefined;
    for (const [shard, gathering] of this.gatherings) this.send(shard, gathering);
  }

  private send(shard: number, { reports, settle }: Gathering): void {
    const { bus, nodeId } = this.options;
    this.gatherings.delete(shard);
    // The same id when it is sent again after a reconnect: then it is kept once.
    settle(bus.publishKept(subjects.reports(shard), joinReports(reports), `${nodeId}/${++this.messages}`));
  }
}

const gather = (): Gathering => {
  let settle: Gathering['settle'] = () => undefined;
  const kept = new Promise<void>((resolve) => {
    settle = (sent) => resolve(sent.then(() => undefined));
  });
  return { reports: [], characters: 0, kept, settle };
};
