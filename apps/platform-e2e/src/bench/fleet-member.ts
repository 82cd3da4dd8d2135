/**
 * A process that holds some of a fleet's devices, as many as it may have files; it does what {@link Fleet} orders over Node.js'
 * IPC channel. Each device behaves as the Link SDK for C 4.x does by default: it waits 10 s for its CONNACK, and 2 s before
 * it tries again (aiot_mqtt_api.c).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DeviceConnection, NoAnswerError, type Dialling } from './device-connection';
import { credentialsOf } from './devices';

const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_MS = 2000;
/** Connections under way at once while the fleet connects for the first time. */
const FIRST_WINDOW = 32;

/** Which devices, and how they dial. */
export interface Share {
  /** Numbers of the devices: the first, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Ports of the gateways, over which the devices are spread. */
  readonly ports: readonly number[];
  readonly tls: boolean;
  /** Addresses that they come from. */
  readonly addresses: number;
}

/** What one device lived through. */
export interface Return {
  /** Milliseconds until it was back. */
  readonly tookMs: number;
  readonly timeouts: number;
  readonly refusals: number;
}

export type Order =
  | { readonly act: 'connect'; readonly share: Share }
  /** Breaks all connections as a network that is gone does. */
  | { readonly act: 'reset' }
  /** All dial at once, until they are back. */
  | { readonly act: 'comeBack' };
export type Report = { readonly returns: readonly Return[] } | { readonly error: string };

export const runFleetMember = (): void => {
  const member = new FleetMember();
  process.on('message', (order: Order) => {
    member.take(order).then(
      (returns) => process.send!({ returns } satisfies Report),
      (error: Error) => process.send!({ error: error.message } satisfies Report),
    );
  });
  process.on('disconnect', () => process.exit());
};

class FleetMember {
  private share: Share | undefined;
  private connections: DeviceConnection[] = [];

  async take(order: Order): Promise<readonly Return[]> {
    if (order.act === 'connect') await this.connect((this.share = order.share));
    else if (order.act === 'reset') await Promise.all(this.connections.map((connection) => connection.reset()));
    else return this.comeBack(this.share!);
    return [];
  }

  private async connect({ from, to }: Share): Promise<void> {
    this.connections = [];
    let next = from;
    await Promise.all(
      Array.from({ length: FIRST_WINDOW }, async () => {
        while (next < to) this.connections.push(await this.open(next++));
      }),
    );
  }

  private async comeBack({ from, to }: Share): Promise<Return[]> {
    const began = performance.now();
    this.connections = [];
    return Promise.all(Array.from({ length: to - from }, (_, n) => this.untilBack(from + n, began)));
  }

  private async untilBack(n: number, began: number): Promise<Return> {
    let timeouts = 0;
    let refusals = 0;
    for (;;) {
      try {
        this.connections.push(await this.open(n, CONNECT_TIMEOUT_MS));
        return { tookMs: performance.now() - began, timeouts, refusals };
      } catch (error) {
        if (error instanceof NoAnswerError) timeouts += 1;
        else refusals += 1;
        await pause(RETRY_MS);
      }
    }
  }

  private open(n: number, timeoutMs?: number): Promise<DeviceConnection> {
    const { ports, tls, addresses } = this.share!;
    const place = Math.floor(n / ports.length);
    const dialling: Dialling = {
      tls,
      timeoutMs,
      ...(addresses > 1 && { localAddress: `127.0.1.${1 + (place % addresses)}` }),
    };
    return DeviceConnection.open(ports[n % ports.length]!, credentialsOf(n), dialling);
  }
}
