/**
 * aedes for devices that never talk to each other: it speaks MQTT and keeps sessions, but moves no message. Uplinks
 * leave through `authorizePublish`, downlinks enter through `client.publish`, so its emitter stays empty.
 */
import { Aedes, type AedesOptions, type AedesPublishPacket, type Client, type PublishPacket } from 'aedes';
import { limits } from '../../limits';

type Done = (error?: Error) => void;

export class SilentAedes extends Aedes {
  /** Takes no note of anything; see {@link sendAll}. */
  private readonly nothing = Object.defineProperty({}, this.id, { get: () => 0, set: () => undefined });

  constructor(options: AedesOptions) {
    super({
      connectTimeout: limits.connectTimeoutMs,
      // SDK ClientIDs are far longer than MQTT 3.1's 23 characters.
      maxClientsIdLength: 65_535,
      maxInflightInbound: limits.maxHandshakes,
      // Packets that a device sends ahead of its CONNACK.
      queueLimit: 100,
      // A device that takes nothing for this long (ms) is cut, so that what waits for it cannot pile up.
      drainTimeout: 30_000,
      ...options,
    });
  }

  /** Nothing is routed: neither device to device, nor retained, nor $SYS. */
  override publish(_packet: PublishPacket, ...rest: unknown[]): void {
    (rest.at(-1) as Done | undefined)?.();
  }

  /** aedes keeps each client's own list of filters; no emitter needs to know them. */
  override subscribe(
    _topic: string,
    _deliver: (packet: AedesPublishPacket, callback: () => void) => void,
    done?: () => void,
  ): void {
    done?.();
  }

  override unsubscribe(
    _topic: string,
    _deliver: (packet: AedesPublishPacket, callback: () => void) => void,
    done?: () => void,
  ): void {
    done?.();
  }

  /**
   * Lets a client have every message that it is sent. aedes leaves out what was numbered before something that it has sent
   * already, so as to send what two filters select once: but of a persistent session a message of QoS 1 is stored first,
   * and one of QoS 0 that is sent in the same turn overtakes it.
   */
  sendAll(client: Client): void {
    (client as unknown as ClientInternals).duplicates = this.nothing;
  }
}

/** Members of aedes' client that its types leave out. */
interface ClientInternals {
  /** The filters that it has subscribed, restored ones included. */
  readonly subscriptions: Readonly<Record<string, unknown>>;
  /** Number of the latest message that was sent, by the broker that it came from. */
  duplicates: object;
  /** True once a DISCONNECT packet has come. */
  readonly _disconnected: boolean;
  /** True once its CONNACK is written: what it holds from before is restored earlier, what it subscribes comes later. */
  readonly connackSent: boolean;
  /** Leaves what comes in the socket, until aedes has sent the CONNACK and goes on by itself. */
  pause(): void;
}

/** The filters that a client holds now. */
export const filtersOf = (client: Client): string[] =>
  Object.keys((client as unknown as ClientInternals).subscriptions);

/** Whether a client holds that very filter. */
export const holdsFilter = (client: Client, filter: string): boolean =>
  filter in (client as unknown as ClientInternals).subscriptions;

/** Lets what follows a CONNECT wait for its answer, as it may (MQTT 3.1.1, 3.1.4). */
export const holdPackets = (client: Client): void => (client as unknown as ClientInternals).pause();

/** Whether the client has its CONNACK. */
export const saidConnack = (client: Client): boolean => (client as unknown as ClientInternals).connackSent;

/** Whether the client said goodbye itself. */
export const saidDisconnect = (client: Client): boolean => (client as unknown as ClientInternals)._disconnected;
