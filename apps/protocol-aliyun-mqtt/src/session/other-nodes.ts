/**
 * One session per device over all nodes: a login here ends the older session elsewhere ("Alibaba Cloud IoT
 * documentation, 'Limits'": the older connection of the same triple is cut).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, Subscription } from '@alink/bus';
import { subjects } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import type { DeviceDirectory } from '../directory/device-directory';
import { isLater, type Epoch } from './epoch';
import type { Presence } from './presence';
import { takeOver } from './end-cause';
import { sessionKey, type Session } from './session';
import type { SessionTable } from './session-table';

/** Sessions that are told again together, and the milliseconds after which the next ones follow. */
const TOLD_AT_ONCE = 500;
const PAUSE_MS = 50;

interface Named {
  readonly productID: string;
  readonly deviceName: string;
}

interface Opened extends Epoch, Named {
  readonly node: string;
  /** The whole ClientID of that login: the cloud publisher's password is checked against it. */
  readonly clientId: string;
  /** The session of the gateway device that it goes through; absent for a connection of its own. */
  readonly via?: Epoch & Named;
}

export class OtherNodes {
  private subscription: Subscription | undefined;
  private forget: (session: string) => void = () => undefined;

  constructor(
    private readonly bus: Bus,
    private readonly sessions: SessionTable,
    private readonly presence: Presence,
    private readonly directory: Pick<DeviceDirectory, 'productKeys'>,
    private readonly nodeId: string,
    private readonly log: Logger,
  ) {}

  /**
   * Starts to hear of sessions elsewhere.
   * @param forget drops what is kept here of an MQTT session that goes on there
   */
  start(forget: (session: string) => void): void {
    this.forget = forget;
    this.subscription = this.bus.subscribe(subjects.sessionOpened('*', '>'), ({ data }) => {
      this.opened(data).catch((error: unknown) => this.log.warn({ err: error }, 'a session notice could not be read'));
    });
    this.bus.onReconnect(() => {
      this.sessions.forgetLoginsElsewhere();
      void this.tellAll();
    });
  }

  stop(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
  }

  /** Tells the others of a login here, once its epoch is known: also if its session has ended by then. */
  async tell(session: Session): Promise<void> {
    this.sessions.noteEpoch(session, 'pending');
    const epoch = await this.presence.epochOf(session);
    this.sessions.noteEpoch(session, epoch);
    if (epoch === undefined) return;
    const { productID, deviceName } = session;
    const clientId = session.options.rawClientId;
    const via = this.viaOf(session);
    const notice: Opened = { node: this.nodeId, productID, deviceName, ...epoch, clientId, via };
    this.bus.publish(subjects.sessionOpened(productID, deviceName), JSON.stringify(notice));
  }

  /** What was told while the bus was away, nobody has heard. */
  private async tellAll(): Promise<void> {
    const all = [...this.sessions];
    for (let start = 0; start < all.length && this.subscription; start += TOLD_AT_ONCE) {
      for (const session of all.slice(start, start + TOLD_AT_ONCE)) {
        if (session.state === 'online') void this.tell(session);
      }
      await sleep(PAUSE_MS);
    }
  }

  private async opened(data: Buffer): Promise<void> {
    const notice = JSON.parse(data.toString()) as Opened;
    if (notice.node === this.nodeId) return;
    const keys = this.directory.productKeys(notice.productID);
    await Promise.all(keys.map((productKey) => this.compare(productKey, notice)));
  }

  /** Of two logins the later one is that whose message the stream took later. */
  private async compare(productKey: string, notice: Opened): Promise<void> {
    const { deviceName, clientId } = notice;
    const session = this.sessions.get(productKey, deviceName);
    // Its message is not even sent: it will be the later one, and tell so itself.
    if (session?.state === 'opening') return;
    const ours = session && (await this.presence.epochOf(session));
    // While this waited, its place may have been taken.
    if (session?.state === 'ended') return this.compare(productKey, notice);
    // They may have missed that: told again, it ends theirs.
    if (ours && isLater(ours, notice)) return this.tell(session);
    if (session?.state === 'online' && this.outlives(session, notice)) {
      // Of the two, the other one only looks later: told again, ours is, for dm as well.
      void this.presence.connected(session);
      return this.tell(session);
    }
    // A notice may be late: a session of after it may have come and gone.
    if (!session && this.sessions.hasLaterLogin(productKey, deviceName, notice)) return;
    this.sessions.noteLogin(productKey, deviceName, clientId, notice);
    await session?.end(takeOver('the device connected to another node'));
    // Should it come back with a persistent session, it must hear that there is none: what it has subscribed there is not here.
    if (!this.sessions.get(productKey, deviceName)) this.forget(sessionKey(productKey, deviceName));
  }

  private viaOf({ via }: Session): Opened['via'] {
    const epoch = via && this.presence.placeOf(via);
    return epoch && { productID: via.productID, deviceName: via.deviceName, ...epoch };
  }

  /**
   * Whether a session goes through a later session of its gateway device than another one, which then ends with the earlier one:
   * a device that logs in while its gateway device moves may be told after it has logged in where that has moved to.
   */
  private outlives(session: Session, { via: theirs }: Opened): boolean {
    const ours = this.viaOf(session);
    if (!ours || !theirs) return false;
    return ours.productID === theirs.productID && ours.deviceName === theirs.deviceName && isLater(ours, theirs);
  }
}
