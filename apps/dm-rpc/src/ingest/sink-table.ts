/** All sinks together: which of them take a message, and what they make of a batch of reports. */
import type { ApplicationMessage, DeviceMessage } from '@alink/contract';
import type { Transaction } from '../transaction';
import { fits, isText } from '../wire/shape';
import type { Report } from './report';
import type { Intake, Sink } from './sink';
import type { TakenReport } from './taken-report';

interface Taker extends Intake<DeviceMessage, unknown> {
  /** Where its sink stands among all. */
  readonly at: number;
}

/** The rows of a batch, a list for each sink. */
export type Gathered = readonly (readonly unknown[])[];

export class SinkTable {
  private readonly takers = new Map<string, Taker[]>();

  /** @param all in the order in which their tables are written: the same everywhere, so that batches never deadlock */
  constructor(private readonly all: readonly Sink[]) {
    all.forEach(({ takes }, at) => {
      for (const [method, intake] of Object.entries(takes)) {
        this.takers.set(method, [...this.takersOf(method), { ...(intake as Intake<DeviceMessage, unknown>), at }]);
      }
    });
  }

  /** Whether it has all that is read of it later. One whose method nobody takes only needs to name it. */
  isWellFormed(message: DeviceMessage): boolean {
    const { method } = message;
    return isText(method) && this.takersOf(method).every(({ needs }) => fits(needs, message));
  }

  /** Whether it only says how the device is; not so an answer to a command, and what nobody here understands. */
  isPlain({ message }: Report): boolean {
    if (!message) return true;
    const takers = this.takersOf(message.method);
    return takers.length > 0 && !takers.some(({ isAnswer }) => isAnswer);
  }

  /** What all of them make of the reports; of one whose device does not exist (any more) nothing. */
  gather(taken: readonly TakenReport[]): Gathered {
    const gathered: unknown[][] = this.all.map(() => []);
    for (const { report, message, device } of taken) {
      if (!message || !device) continue;
      for (const taker of this.takersOf(message.method)) {
        for (const row of taker.rows(message, report, device)) gathered[taker.at]!.push(row);
      }
    }
    return gathered;
  }

  async write(tx: Transaction, gathered: Gathered): Promise<void> {
    for (const [at, sink] of this.all.entries()) {
      const rows = gathered[at]!;
      if (rows.length > 0) await sink.write(tx, rows);
    }
  }

  /** Tells the sinks what is committed. */
  kept(gathered: Gathered): void {
    this.all.forEach((sink, at) => sink.kept?.(gathered[at]!));
  }

  /** What applications are told of a report. */
  newsOf({ report, message, device }: TakenReport): readonly ApplicationMessage[] {
    if (!message || !device) return [];
    return this.takersOf(message.method).flatMap((taker) => taker.news?.(message, report, device) ?? []);
  }

  private takersOf(method: string): readonly Taker[] {
    return this.takers.get(method) ?? [];
  }
}
