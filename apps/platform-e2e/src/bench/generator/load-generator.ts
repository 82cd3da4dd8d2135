/** The load generator, as the benchmark orders it. */
import { WorkerProcess } from '../worker-process';
import type { ConnectResult, LoginOrder, Order, ReportOrder, ReportResult, Result, SubscribeResult } from './orders';

/** How the program's command line calls the generator's process. */
export const LOAD_PROCESS = 'load-process';

export class LoadGenerator {
  private readonly worker = WorkerProcess.start<Order, Result>(LOAD_PROCESS);

  get pid(): number {
    return this.worker.pid;
  }

  /**
   * Makes the packets of the first `devices` devices, with `reports` reports each.
   * @param subscribing whether they subscribe replies; otherwise they hear them without
   */
  async prepare(devices: number, reports: number, subscribing = false): Promise<void> {
    await this.worker.order({ act: 'prepare', from: 0, to: devices, reports, subscribing });
  }

  /** Makes the packets of a gateway device and of its first `subDevices`, with `reports` reports over its connection. */
  async prepareGateway(gateway: number, subDevices: number, reports: number): Promise<void> {
    await this.worker.order({ act: 'prepareGateway', gateway, subDevices, reports });
  }

  /** @throws when one is refused */
  async logIn(order: LoginOrder): Promise<ConnectResult> {
    return (await this.worker.order({ act: 'logIn', ...order })) as ConnectResult;
  }

  /** @throws when a filter is refused */
  async subscribe(): Promise<SubscribeResult> {
    return (await this.worker.order({ act: 'subscribe' })) as SubscribeResult;
  }

  async logOut(): Promise<void> {
    await this.worker.order({ act: 'logOut' });
  }

  async connect(port: number): Promise<ConnectResult> {
    return (await this.worker.order({ act: 'connect', port })) as ConnectResult;
  }

  /** @throws when a report is not answered, or not as it must be */
  async report(order: ReportOrder): Promise<ReportResult> {
    return (await this.worker.order({ act: 'report', ...order })) as ReportResult;
  }

  async answerCommands(): Promise<void> {
    await this.worker.order({ act: 'answer' });
  }

  async disconnect(): Promise<void> {
    await this.worker.order({ act: 'disconnect' });
  }

  stop(): void {
    this.worker.stop();
  }
}
