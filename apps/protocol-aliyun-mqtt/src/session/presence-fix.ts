/** Tells dm which devices are online here, and which are no more, whatever messages were lost. */
import type { Bus, Subscription } from '@alink/bus';
import { OnlineState, services, subjects } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import type { Session } from './session';
import type { SessionTable } from './session-table';
import type { UntoldEnd, UntoldEnds } from './untold-ends';

/** Devices in one call. */
const BATCH = 1000;

const account = ({ productID, deviceName, onlineSinceMs }: Session | UntoldEnd, isOnline: number) => ({
  device: { productID, deviceName },
  isOnline,
  connectAt: onlineSinceMs,
});

export class PresenceFix {
  private readonly devices: Client<typeof services.deviceManage>;
  private subscription: Subscription | undefined;

  constructor(
    dm: RpcChannel,
    private readonly bus: Bus,
    private readonly sessions: SessionTable,
    private readonly untold: UntoldEnds,
    private readonly log: Logger,
  ) {
    this.devices = dm.client(services.deviceManage);
  }

  /** Gives its account whenever dm asks, and after the bus was away. */
  start(): void {
    this.subscription = this.bus.subscribe(subjects.statusFix, () => this.soon());
    this.bus.onReconnect(() => this.soon());
  }

  stop(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
  }

  /** @throws {RpcError} when dm does not take it; what was not told is told the next time */
  async run(): Promise<void> {
    const ended = this.untold.list(this.sessions);
    const held = [...this.sessions].filter((session) => session.state === 'online');
    const devices = [
      ...ended.map((end) => account(end, OnlineState.offline)),
      ...held.map((session) => account(session, OnlineState.online)),
    ];
    for (let from = 0; from < devices.length; from += BATCH) {
      await this.devices.deviceOnlineMultiFix({ devices: devices.slice(from, from + BATCH) });
    }
    this.untold.accounted(ended);
  }

  private soon(): void {
    if (!this.subscription) return;
    this.run().catch((error: unknown) => this.log.warn({ err: error }, 'dm.rpc did not take who is online here'));
  }
}
