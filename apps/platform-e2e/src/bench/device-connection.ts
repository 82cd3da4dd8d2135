/** A device reduced to what a load needs: one socket, packets made beforehand, answers counted. */
import { connect, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';

export interface Credentials {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
}

export class DeviceConnection {
  onPacket: (packet: Packet) => void = () => undefined;
  private readonly parser = parser({ protocolVersion: 4 });

  private constructor(private readonly socket: Socket) {
    this.parser.on('packet', (packet) => this.onPacket(packet));
    socket.on('data', (bytes) => this.parser.parse(bytes));
    socket.on('error', () => undefined);
  }

  /** Connects and resolves at CONNACK 0. @throws with the return code otherwise */
  static open(port: number, { clientId, username, password }: Credentials): Promise<DeviceConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const device = new DeviceConnection(socket);
      const refuse = (): void => reject(new Error('the connection was closed before its CONNACK'));
      socket.once('close', refuse);
      device.onPacket = (packet) => {
        if (packet.cmd !== 'connack') return;
        socket.off('close', refuse);
        if (packet.returnCode === 0) resolve(device);
        else reject(new Error(`CONNACK ${packet.returnCode}`));
      };
      socket.once('connect', () =>
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
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.destroy();
    });
  }
}
