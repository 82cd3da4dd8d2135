/**
 * A process that holds some of a fleet's devices, as many as it may have files; it does what {@link Fleet} orders. Each device
 * behaves as the Link SDK for C 4.x does by default: it waits 10 s for its CONNACK, and 2 s before it tries again (aiot_mqtt_api.c).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { credentialsOf } from '../devices';
import { connectSome } from '../generator/connect-some';
import { DeviceSocket, NoAnswerError, type Dialling } from '../generator/device-socket';
import { connectPacket } from '../generator/packets';
import { exchange, loginMessages } from '../generator/sub-device-logins';
import { takeOrders } from '../worker-process';

const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_MS = 2000;
/** Connections under way at once while the fleet connects for the first time. */
const FIRST_WINDOW = 32;

/** Which devices, and how they dial. */
export interface Share {
  /** Numbers of the devices: the first, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Ports of the nodes, over which the devices are spread. */
  readonly ports: readonly number[];
  readonly tls: boolean;
  /** Addresses that they come from. */
  readonly addresses: number;
  /** Absent for devices without sub-devices: the product of gateway devices, and sub-devices of each, which log in at once. */
  readonly behind?: { readonly productKey: string; readonly each: number };
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

export const runFleetMember = (): void => {
  const member = new FleetMember();
  takeOrders<Order, readonly Return[]>((order) => member.take(order));
};

/** A device: how it dials, the bytes of its CONNECT, and what logs its sub-devices in. */
interface Device {
  readonly dialling: Dialling;
  readonly connectPacket: Buffer;
  readonly logins: readonly Buffer[];
}

const deviceOf = (n: number, { ports, tls, addresses, behind }: Share): Device => {
  const place = Math.floor(n / ports.length);
  const localAddress = addresses > 1 ? `127.0.1.${1 + (place % addresses)}` : undefined;
  return {
    dialling: { port: ports[n % ports.length]!, tls, localAddress },
    connectPacket: connectPacket(credentialsOf(n, behind?.productKey)),
    logins: behind ? loginMessages({ gateway: n, from: n * behind.each, to: (n + 1) * behind.each }) : [],
  };
};

const openWithSubDevices = async (
  { connectPacket, dialling, logins }: Device,
  how: Pick<Dialling, 'timeoutMs'>,
): Promise<DeviceSocket> => {
  const socket = await DeviceSocket.open(connectPacket, { ...dialling, ...how });
  if (logins.length > 0) await exchange(socket, logins, logins.length);
  return socket;
};

class FleetMember {
  private devices: Device[] = [];
  private sockets: DeviceSocket[] = [];

  async take(order: Order): Promise<readonly Return[]> {
    switch (order.act) {
      case 'connect':
        await this.connect(order.share);
        return [];
      case 'reset':
        await Promise.all(this.sockets.map((socket) => socket.reset()));
        return [];
      case 'comeBack':
        return this.comeBack();
    }
  }

  private async connect(share: Share): Promise<void> {
    this.devices = Array.from({ length: share.to - share.from }, (_, index) => deviceOf(share.from + index, share));
    this.sockets = await connectSome(this.devices, FIRST_WINDOW, (device) => openWithSubDevices(device, {}));
  }

  private async comeBack(): Promise<Return[]> {
    const began = performance.now();
    this.sockets = [];
    return Promise.all(this.devices.map((device) => this.untilBack(device, began)));
  }

  private async untilBack(device: Device, began: number): Promise<Return> {
    let timeouts = 0;
    let refusals = 0;
    for (;;) {
      try {
        this.sockets.push(await openWithSubDevices(device, { timeoutMs: CONNECT_TIMEOUT_MS }));
        return { tookMs: performance.now() - began, timeouts, refusals };
      } catch (error) {
        if (error instanceof NoAnswerError) timeouts += 1;
        else refusals += 1;
        await pause(RETRY_MS);
      }
    }
  }
}
