/** A bare MQTT connection: sends exact bytes, and shows each packet that comes back. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generate, parser, type IPacket, type Packet, type Parser } from 'mqtt-packet';
import { PATIENCE_MS } from './patience';

export interface RawMqttOptions {
  readonly port: number;
  readonly host?: string;
  /** TLS instead of plain TCP; the server's certificate is not checked. */
  readonly tls?: boolean;
  /** Version by which packets are read and written; default 4 (MQTT 3.1.1). */
  readonly protocolVersion?: 3 | 4 | 5;
}

interface Waiting {
  readonly matches: (packet: Packet) => boolean;
  readonly found: (packet: Packet) => void;
}

/** Packets of one command. */
type PacketOf<C extends IPacket['cmd']> = Extract<Packet, { cmd: C }>;

export class RawMqtt {
  private readonly socket: Socket;
  private readonly protocolVersion: number;
  private readonly parser: Parser;
  private readonly packets: Packet[] = [];
  private readonly waiting = new Set<Waiting>();
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  private hasClosed = false;

  private constructor(socket: Socket, protocolVersion: number) {
    this.socket = socket;
    this.protocolVersion = protocolVersion;
    this.parser = parser({ protocolVersion });
    this.parser.on('packet', (packet) => this.arrived(packet));
    socket.on('data', (bytes) => this.parser.parse(bytes));
    socket.on('error', () => undefined); // a reset is a way to close
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.hasClosed = true;
        resolve();
      });
    });
  }

  /** Opens the connection and sends nothing. */
  static async open(options: RawMqttOptions): Promise<RawMqtt> {
    const { port, host = '127.0.0.1', tls = false, protocolVersion = 4 } = options;
    const socket = tls ? connectTls({ port, host, rejectUnauthorized: false }) : connectTcp({ port, host });
    await once(socket, tls ? 'secureConnect' : 'connect');
    return new RawMqtt(socket, protocolVersion);
  }

  get isClosed(): boolean {
    return this.hasClosed;
  }

  /** Sends bytes as they are. */
  sendBytes(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Sends a well-formed packet. */
  send(packet: Packet): void {
    this.socket.write(generate(packet, { protocolVersion: this.protocolVersion }));
  }

  /**
   * The next packet of that command that has not been read yet; packets of other commands stay for later.
   * @throws {Error} when none comes within `timeoutMs` (default {@link PATIENCE_MS}), or the connection closes first
   */
  async next<C extends IPacket['cmd']>(cmd: C, timeoutMs = PATIENCE_MS): Promise<PacketOf<C>> {
    const matches = (packet: Packet) => packet.cmd === cmd;
    const at = this.packets.findIndex(matches);
    if (at >= 0) return this.packets.splice(at, 1)[0] as PacketOf<C>;
    let timer: NodeJS.Timeout | undefined;
    let waiting: Waiting | undefined;
    const arrived = new Promise<Packet>((found) => {
      waiting = { matches, found };
      this.waiting.add(waiting);
    });
    const refused = this.closed.then(() => Promise.reject(new Error(`connection closed while waiting for ${cmd}`)));
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no ${cmd} within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return (await Promise.race([arrived, refused, late])) as PacketOf<C>;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(waiting!);
    }
  }

  /** Packets that nobody has read yet. */
  get unread(): readonly Packet[] {
    return this.packets;
  }

  /** Ends it without DISCONNECT; resolves when it is gone. */
  async close(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  private arrived(packet: Packet): void {
    for (const waiting of this.waiting) {
      if (!waiting.matches(packet)) continue;
      this.waiting.delete(waiting);
      return waiting.found(packet);
    }
    this.packets.push(packet);
  }
}
