/** A device reduced to what a load needs: one socket, packets made beforehand, answers counted. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { generate, parser, type Packet } from 'mqtt-packet';

export interface Credentials {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
}

export interface Dialling {
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

export class DeviceConnection {
  onPacket: (packet: Packet) => void = () => undefined;
  private readonly parser = parser({ protocolVersion: 4 });

  private constructor(private readonly socket: Socket) {
    this.parser.on('packet', (packet) => this.onPacket(packet));
    socket.on('data', (bytes) => this.parser.parse(bytes));
    socket.on('error', () => undefined);
  }

  /**
   * Connects and resolves at CONNACK 0.
   * @throws {NoAnswerError} when it gives up
   * @throws with the return code when it is refused
   */
  static open(
    port: number,
    { clientId, username, password }: Credentials,
    { tls = false, localAddress, timeoutMs }: Dialling = {},
  ): Promise<DeviceConnection> {
    return new Promise((resolve, reject) => {
      const target = { port, host: '127.0.0.1', localAddress, noDelay: true };
      const socket = tls ? connectTls({ ...target, ...C_SDK_TLS }) : connectTcp(target);
      const device = new DeviceConnection(socket);
      const refuse = (): void => reject(new Error('the connection was closed before its CONNACK'));
      const giveUp = (): void => {
        reject(new NoAnswerError(`no CONNACK within ${timeoutMs} ms`));
        socket.destroy();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
      socket.once('close', () => {
        clearTimeout(timer);
        refuse();
      });
      device.onPacket = (packet) => {
        if (packet.cmd !== 'connack') return;
        clearTimeout(timer);
        if (packet.returnCode === 0) return resolve(device);
        reject(new Error(`CONNACK ${packet.returnCode}`));
        socket.destroy();
      };
      socket.once(tls ? 'secureConnect' : 'connect', () =>
        device.send({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          keepalive: 300,
          clientId,
          username,
          password: Buffer.from(password),
        }),
      );
    });
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  close(): Promise<void> {
    return this.closed(() => this.socket.destroy());
  }

  /** As a network that is gone ends it, when its other end speaks again: with RST, which leaves the port free at once; TLS sockets have none. */
  reset(): Promise<void> {
    return this.closed(() =>
      this.socket instanceof TLSSocket ? this.socket.destroy() : this.socket.resetAndDestroy(),
    );
  }

  private closed(end: () => void): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.closed) return resolve();
      this.socket.once('close', () => resolve());
      end();
    });
  }
}
