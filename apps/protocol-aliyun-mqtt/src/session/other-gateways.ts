/**
 * One session per device over all gateways: a login here ends the older session elsewhere ("Alibaba Cloud IoT
 * documentation, 'Limits'": the older connection of the same triple is cut).
 */
import type { Bus, Subscription } from '@alink/bus';
import { subjects } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Presence } from './presence';
import type { Session } from './session';
import type { SessionTable } from './session-table';

interface Opened {
  readonly gateway: string;
  readonly productID: string;
  readonly deviceName: string;
  readonly epoch: number;
  /** The whole ClientID of that login: the cloud publisher's password is checked against it. */
  readonly clientId: string;
}

export class OtherGateways {
  private subscription: Subscription | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly sessions: SessionTable,
    private readonly presence: Presence,
    private readonly directory: DeviceDirectory,
    private readonly gatewayId: string,
    private readonly log: Logger,
  ) {}

  /** Starts to hear of sessions elsewhere. */
  start(): void {
    this.subscription = this.bus.subscribe(subjects.sessionOpened('*', '>'), ({ data }) => {
      this.opened(data).catch((error: unknown) => this.log.warn({ err: error }, 'a session notice could not be read'));
    });
  }

  stop(): void {
    this.subscription?.unsubscribe();
  }

  /** Tells the others of a session here, once its epoch is known. */
  async tell(session: Session): Promise<void> {
    const epoch = await this.presence.epochOf(session);
    if (epoch === undefined) return;
    const { productID, deviceName } = session;
    const clientId = session.options.rawClientId;
    const notice: Opened = { gateway: this.gatewayId, productID, deviceName, epoch, clientId };
    this.bus.publish(subjects.sessionOpened(productID, deviceName), JSON.stringify(notice));
  }

  private async opened(data: Buffer): Promise<void> {
    const { gateway, productID, deviceName, epoch, clientId } = JSON.parse(data.toString()) as Opened;
    if (gateway === this.gatewayId) return;
    for (const productKey of this.directory.productKeys(productID)) {
      const session = this.sessions.get(productKey, deviceName);
      // Two logins at once: the one whose message the stream took later is the later one.
      const ours = session && (await this.presence.epochOf(session));
      if (ours !== undefined && ours > epoch) continue;
      this.sessions.noteLogin(productKey, deviceName, clientId);
      void session?.end('taken over: the device connected to another gateway');
    }
  }
}
