/** A device reduced to what a load needs: one socket, bytes that were made beforehand, answers found and not read. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { PacketSplitter, PacketType, type Found } from './packet-splitter';
import { DISCONNECT } from './packets';

export interface Dialling {
  readonly port: number;
  /** TLS as the Link SDKs for C speak it: version 1.2, RSA key exchange, AES-CBC. */
  readonly tls?: boolean;
  /** The address that it comes from. */
  readonly localAddress?: string;
  /** Milliseconds until it gives up; by default it never does. */
  readonly timeoutMs?: number;
}

/** Nothing, or no CONNACK, came in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

const C_SDK_TLS = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA256', rejectUnauthorized: false } as const;

/** What every socket of this process reads into: one at a time is read, and what stays incomplete is copied. */
const INCOMING = Buffer.allocUnsafe(64 * 1024);

export class DeviceSocket {
  /** Told of each packet. */
  onPacket: (packet: Found) => void = () => undefined;
  /** Told after the last packet of what was read at once: the time to write. */
  onRead: () => void = () => undefined;
  /** Told when the connection is gone. */
  onClose: () => void = () => undefined;
  private readonly socket: Socket;

  private constructor({ port, tls = false, localAddress }: Dialling) {
    const splitter = new PacketSplitter((packet) => this.onPacket(packet));
    const callback = (length: number): boolean => {
      splitter.push(INCOMING.subarray(0, length));
      this.onRead();
      return true;
    };
    const onread = { buffer: INCOMING, callback };
    const target = { port, host: '127.0.0.1', localAddress, noDelay: true, onread };
    this.socket = tls ? connectTls({ ...target, ...C_SDK_TLS }) : connectTcp(target);
    this.socket.on('error', () => undefined); // "close" follows
    this.socket.once('close', () => this.onClose());
  }

  /**
   * Connects and resolves at CONNACK 0.
   * @param connectPacket the bytes of its CONNECT
   * @throws {NoAnswerError} when it gives up
   * @throws with the return code when it is refused
   */
  static open(connectPacket: Buffer, dialling: Dialling): Promise<DeviceSocket> {
    return new Promise((resolve, reject) => {
      const device = new DeviceSocket(dialling);
      const { timeoutMs } = dialling;
      const giveUp = (): void => {
        reject(new NoAnswerError(`no CONNACK within ${timeoutMs} ms`));
        device.socket.destroy();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
      device.onClose = () => {
        clearTimeout(timer);
        reject(new Error('the connection was closed before its CONNACK'));
      };
      device.onPacket = ({ type, bytes, body }) => {
        if (type !== PacketType.connack) return;
        clearTimeout(timer);
        device.onPacket = () => undefined;
        const code = bytes[body + 1];
        if (code === 0) return resolve(device);
        reject(new Error(`CONNACK ${code}`));
        device.socket.destroy();
      };
      device.socket.once(dialling.tls ? 'secureConnect' : 'connect', () => device.write(connectPacket));
    });
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Takes leave as a device does, with DISCONNECT. */
  close(): Promise<void> {
    return this.closed(() => this.socket.end(DISCONNECT));
  }

  /** As a network that is gone ends it, when its other end speaks again: with RST, which leaves the port free at once; TLS sockets have none. */
  reset(): Promise<void> {
    return this.closed(() => {
      // Where the server has ended it the port is free as well, and Node.js never closes a socket that is reset while it answers to that.
      const canReset = !(this.socket instanceof TLSSocket) && !this.socket.writableEnded;
      if (canReset) this.socket.resetAndDestroy();
      else this.socket.destroy();
    });
  }

  private closed(end: () => void): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.closed) return resolve();
      this.onClose = resolve;
      end();
    });
  }
}
