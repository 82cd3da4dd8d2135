/** The attacker's process: sockets that do what {@link AttackOrder}s say, and read nothing of what they are answered. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { generate } from 'mqtt-packet';
import { PRODUCT } from '../../platform';
import { credentialsOf, nameOf } from '../devices';
import { connectPacket } from '../generator/packets';
import { takeOrders } from '../worker-process';
import type { AttackOrder, Devices } from './attacker-orders';
import { floodBytes } from './floods';

/** Milliseconds until a device that was cut off dials again: no faster than its logins may come. */
const REDIAL_MS = 2000;
/** Milliseconds within which what was sent has been taken: a server that goes on reading slowly has not taken all. */
const SETTLED_MS = 1500;

const HANDSHAKES = 100;
const HANDSHAKE_PAYLOAD = Buffer.alloc(2048, 'x');
const LONG_FILTERS = 100;
const LONG_FILTER_BYTES = 1000;

class Attacker {
  private readonly sockets = new Set<Socket>();
  private readonly timers = new Set<NodeJS.Timeout>();

  async take(order: AttackOrder): Promise<void> {
    switch (order.act) {
      case 'flood':
        this.flood(order.port, order.devices, floodBytes(order.flood));
        return;
      case 'unfinished':
        return this.unfinished(order);
      case 'silent':
        this.silent(order.port, order.perSecond);
        return;
      case 'litter':
        for (let n = 0; n < order.connections; n++) await this.litter(order.port, order.devices, n);
        return;
      case 'end':
        for (const socket of this.sockets) socket.removeAllListeners('close').resetAndDestroy();
        this.sockets.clear();
        for (const timer of this.timers) clearTimeout(timer);
        this.timers.clear();
        return;
    }
  }

  private open(port: number, localAddress?: string): Socket {
    const socket = connectTcp({ port, host: '127.0.0.1', localAddress, noDelay: true });
    this.sockets.add(socket);
    socket.on('error', () => undefined); // "close" follows
    socket.once('close', () => this.sockets.delete(socket));
    socket.resume();
    return socket;
  }

  private flood(port: number, { from, to }: Devices, bytes: Buffer): void {
    for (let n = from; n < to; n++) this.floodFrom(port, connectPacket(credentialsOf(n)), bytes);
  }

  private floodFrom(port: number, connect: Buffer, bytes: Buffer): void {
    const socket = this.open(port);
    const go = (): void => {
      while (socket.writable && socket.write(bytes));
    };
    socket.write(connect);
    socket.once('data', go); // its CONNACK
    socket.on('drain', go);
    socket.once('close', () => this.later(REDIAL_MS, () => this.floodFrom(port, connect, bytes)));
  }

  private async unfinished({ port, connections, announced, sent }: AttackOrder & { act: 'unfinished' }): Promise<void> {
    const start = connectPacket(credentialsOf(0)).subarray(2, 12);
    const length = Buffer.from([(announced & 127) | 128, ((announced >> 7) & 127) | 128, announced >> 14]);
    const begun = Buffer.concat([Buffer.from([0x10]), length, start, Buffer.alloc(sent - start.length, 'x')]);
    for (let n = 0; n < connections; n++) {
      const socket = this.open(port);
      socket.write(begun);
      if (n % 100 === 99) await once(socket, 'connect').catch(() => undefined);
    }
    await pause(SETTLED_MS);
  }

  private silent(port: number, perSecond: number): void {
    let n = 0;
    const timer = setInterval(() => {
      for (let more = perSecond / 20; more > 0; more--) {
        const socket = this.open(port, `127.${20 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`);
        if (n++ % 2) socket.write(Buffer.from([0x10]));
      }
    }, 50);
    this.timers.add(timer);
  }

  private async litter(port: number, { from, to }: Devices, connection: number): Promise<void> {
    const devices = Array.from({ length: to - from }, (_, index) => from + index);
    await Promise.all(
      devices.map(async (n) => {
        const socket = this.open(port);
        socket.write(connectPacket(credentialsOf(n), false));
        await once(socket, 'data').catch(() => undefined);
        socket.write(litterOf(n, connection));
        await pause(SETTLED_MS);
        socket.end();
        await once(socket, 'close').catch(() => undefined);
      }),
    );
  }

  private later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }
}

const litterOf = (n: number, connection: number): Buffer => {
  const own = `/${PRODUCT}/${nameOf(n)}/user/`;
  const publishes = Array.from({ length: HANDSHAKES }, (_, index) =>
    generate({
      cmd: 'publish',
      topic: `${own}update`,
      payload: HANDSHAKE_PAYLOAD,
      qos: 2,
      messageId: connection * HANDSHAKES + index + 1,
      dup: false,
      retain: false,
    }),
  );
  const subscriptions = Array.from({ length: LONG_FILTERS }, (_, index) => ({
    topic: `${own}${index}/`.padEnd(LONG_FILTER_BYTES, 'x'),
    qos: 1 as const,
  }));
  return Buffer.concat([...publishes, generate({ cmd: 'subscribe', messageId: 1, subscriptions })]);
};

export const runAttacker = (): void => {
  const attacker = new Attacker();
  takeOrders<AttackOrder, void>((order) => attacker.take(order));
};
