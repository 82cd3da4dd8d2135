/** Devices of a fleet over as many processes as their connections need. */
import { WorkerProcess } from '../worker-process';
import type { Order, Return, Share } from './fleet-member';

/** How the program's command line calls a process of the fleet. */
export const FLEET_MEMBER = 'fleet-member';

export class Fleet {
  private constructor(private readonly members: readonly WorkerProcess<Order, readonly Return[]>[]) {}

  /** Starts the processes, none of which holds more than `perProcess` devices. */
  static start(devices: number, perProcess: number): Fleet {
    const members = Array.from({ length: Math.ceil(devices / perProcess) }, () =>
      WorkerProcess.start<Order, readonly Return[]>(FLEET_MEMBER),
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
    for (const member of this.members) member.stop();
  }

  private async order(make: (index: number) => Order): Promise<Return[]> {
    const returns = await Promise.all(this.members.map((member, index) => member.order(make(index))));
    return returns.flat();
  }
}
