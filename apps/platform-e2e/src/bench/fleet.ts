/** Devices of a fleet over as many processes as their connections need. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Order, Report, Return, Share } from './fleet-member';

export class Fleet {
  private constructor(private readonly members: readonly ChildProcess[]) {}

  /** Starts the processes, none of which holds more than `perProcess` devices. */
  static start(devices: number, perProcess: number): Fleet {
    const members = Array.from({ length: Math.ceil(devices / perProcess) }, () =>
      fork(process.argv[1]!, ['fleet-member']),
    );
    return new Fleet(members);
  }

  /** Connects the first `count` devices, some at a time. */
  async connect(count: number, how: Omit<Share, 'from' | 'to'>): Promise<void> {
    const share = (index: number): number => Math.round((count * index) / this.members.length);
    await this.order((index) => ({ act: 'connect', share: { ...how, from: share(index), to: share(index + 1) } }));
  }

  async reset(): Promise<void> {
    await this.order(() => ({ act: 'reset' }));
  }

  /** Lets all that were connected dial at the same moment. @returns what each lived through, once all are back */
  comeBack(): Promise<Return[]> {
    return this.order(() => ({ act: 'comeBack' }));
  }

  stop(): void {
    for (const member of this.members) if (member.connected) member.disconnect();
  }

  private async order(make: (index: number) => Order): Promise<Return[]> {
    const reports = await Promise.all(
      this.members.map(async (member, index) => {
        member.send(make(index));
        const report = await nextReport(member);
        if ('error' in report) throw new Error(`a process of the fleet: ${report.error}`);
        return report.returns;
      }),
    );
    return reports.flat();
  }
}

const nextReport = async (member: ChildProcess): Promise<Report> => {
  const settled = new AbortController();
  const first = (event: 'message' | 'exit'): Promise<unknown[]> => once(member, event, { signal: settled.signal });
  try {
    return await Promise.race([
      first('message').then(([report]) => report as Report),
      first('exit').then(([code]) => {
        throw new Error(`a process of the fleet ended with ${String(code)}`);
      }),
    ]);
  } finally {
    settled.abort();
  }
};
