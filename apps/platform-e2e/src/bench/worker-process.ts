/** A process of this program's own that does what it is ordered over Node.js' IPC channel, one order after the other. */
import { fork, type ChildProcess, type Serializable } from 'node:child_process';
import { once } from 'node:events';

type Report<Result> = { readonly result: Result } | { readonly error: string };

export class WorkerProcess<Order extends Serializable, Result> {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  /** @param name how the program's command line calls it */
  static start<Order extends Serializable, Result>(name: string): WorkerProcess<Order, Result> {
    return new WorkerProcess(fork(process.argv[1]!, [name], { serialization: 'advanced' }), name);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** @throws with what went wrong in it, or when it has ended */
  async order(order: Order): Promise<Result> {
    this.child.send(order);
    const report = await this.nextReport();
    if ('error' in report) throw new Error(`${this.name}: ${report.error}`);
    return report.result;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private async nextReport(): Promise<Report<Result>> {
    const settled = new AbortController();
    const first = (event: 'message' | 'exit'): Promise<unknown[]> =>
      once(this.child, event, { signal: settled.signal });
    try {
      return await Promise.race([
        first('message').then(([report]) => report as Report<Result>),
        first('exit').then(([code]) => {
          throw new Error(`${this.name} ended with ${String(code)}`);
        }),
      ]);
    } finally {
      settled.abort();
    }
  }
}

/** In the process: does what is ordered until the one who orders is gone. */
export const takeOrders = <Order, Result>(take: (order: Order) => Promise<Result>): void => {
  process.on('message', (order: Order) => {
    take(order).then(
      (result) => process.send!({ result } satisfies Report<Result>),
      (error: Error) => process.send!({ error: error.message } satisfies Report<Result>),
    );
  });
  process.on('disconnect', () => process.exit());
};
