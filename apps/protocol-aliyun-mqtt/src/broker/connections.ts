/**
 * The broker's hooks, tied to admission, sessions, uplinks and downlinks: what happens to one MQTT connection from its
 * CONNECT to its end. Holds no Alink knowledge.
 */
import type { Duplex } from 'node:stream';
import type { AuthenticateError, Client, ConnectPacket, PublishPacket, Subscription } from 'aedes';
import type { Subscription as BusSubscription } from '@alink/bus';
import { maySubscribe } from '@alink/topic';
import type { Admission, Verdict } from '../connect/admission';
import { readAttempt, type Attempt } from '../connect/attempt';
import { CloudPublisher } from '../connect/cloud-publisher';
import type { Refusal } from '../connect/refusals';
import type { Downlink } from '../downlink/downlink';
import type { Journal } from '../journal';
import { limits } from '../limits';
import type { GatewayMetrics } from '../metrics';
import type { Presence } from '../session/presence';
import { Session, sessionKey } from '../session/session';
import type { SessionTable } from '../session/session-table';
import type { Answer, Uplink } from '../uplink/uplink';
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import { guardFrames } from '../transport/frame-guard';
import { peerOf } from '../transport/peer';
import { DeviceBroker, filtersOf, saidDisconnect } from './device-broker';

export interface ConnectionsOptions {
  readonly admission: Admission;
  readonly sessions: SessionTable;
  readonly presence: Presence;
  readonly uplink: Uplink;
  readonly downlink: Downlink;
  readonly journal: Journal;
  readonly metrics: GatewayMetrics;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called once a session is online, for example to end older ones elsewhere. */
  readonly onOnline: (session: Session) => void;
}

/** What a connection is, once admitted. */
type Role = { readonly session: Session; downs?: BusSubscription } | { readonly publisher: CloudPublisher };

export class Connections {
  readonly broker: DeviceBroker;
  private readonly attempts = new WeakMap<Client, Attempt>();
  private readonly roles = new WeakMap<Client, Role>();
  /** Makes broker ids for clients that are no device, so that none can collide with a device's. */
  private guests = 0;

  constructor(private readonly options: ConnectionsOptions) {
    this.broker = new DeviceBroker({
      connectTimeout: limits.connectTimeoutMs,
      preConnect: (client, packet, done) => done(null, this.readConnect(client, packet)),
      authenticate: (client, _username, _password, done) => {
        this.admit(client).then(
          (refusal) => (refusal ? done(authenticateError(refusal), null) : done(null, true)),
          (error: unknown) => {
            options.log.error({ err: error }, 'a CONNECT could not be decided');
            done(Object.assign(new Error('internal error'), { returnCode: 3 }) as AuthenticateError, null);
          },
        );
      },
      authorizePublish: (client, packet, done) => this.publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.grant(client, subscription)),
    });
    this.broker.on('connackSent', (packet) => options.metrics.connacks.inc({ code: String(packet.returnCode) }));
    this.broker.on('clientReady', (client) => this.online(client));
    this.broker.on('clientDisconnect', (client) => this.gone(client));
    this.broker.on('keepaliveTimeout', (client) => this.because(client, 'keepalive timeout'));
    this.broker.on('clientError', (client, error) => this.because(client, error.message));
    this.broker.on('connectionError', (_client, error) =>
      options.log.debug({ err: error }, 'connection without session'),
    );
    this.broker.on('ack', (packet, client) => this.acknowledged(client, packet !== undefined));
    this.broker.on('subscribe', (subscriptions, client) =>
      this.sessionOf(client)?.noteSubscribed(subscriptions.map(({ topic }) => topic)),
    );
    this.broker.on('unsubscribe', (filters, client) => {
      // aedes also unsubscribes everything when a connection ends.
      if (!client.closed) this.sessionOf(client)?.noteUnsubscribed(filters);
    });
  }

  /** Takes a connection on which MQTT is spoken. */
  accept(conn: Duplex): void {
    guardFrames(conn, limits.maxPacketBytes);
    this.broker.handle(conn);
  }

  /** Ends every session, so that dm hears of it, and the broker. */
  async stop(): Promise<void> {
    await Promise.all([...this.options.sessions].map((session) => session.end('the gateway stops')));
    await new Promise<void>((resolve) => this.broker.close(resolve));
  }

  /** CONNECT has come: note what it says, and give the MQTT session its name. */
  private readConnect(client: Client, packet: ConnectPacket): boolean {
    const { address, port, secure } = peerOf(client.conn);
    const attempt = readAttempt({
      clientId: packet.clientId,
      username: packet.username ?? '',
      password: packet.password?.toString() ?? '',
      keepalive: packet.keepalive ?? 0,
      address: `${address}:${port}`,
      secure,
    });
    this.attempts.set(client, attempt);
    // Wills are not served ("Alibaba Cloud IoT documentation, 'Limits'").
    packet.will = undefined;
    const { identity } = attempt;
    // The session is the device's: SDKs put a new timestamp into the ClientID at every start.
    packet.clientId =
      attempt.clientId.hasParams && identity
        ? sessionKey(identity.productKey, identity.deviceName)
        : `guest-${++this.guests}`;
    if (!attempt.clientId.hasParams) packet.clean = true;
    return true;
  }

  /** @returns why the client is refused, or undefined */
  private async admit(client: Client): Promise<Refusal | undefined> {
    const attempt = this.attempts.get(client)!;
    this.attempts.delete(client);
    const verdict = await this.options.admission.decide(attempt);
    if (verdict.as === 'refused') {
      this.noteRefusal(attempt, verdict.refusal);
      return verdict.refusal;
    }
    const { device } = verdict;
    if (verdict.as === 'cloudPublisher') {
      this.roles.set(client, { publisher: new CloudPublisher(device, this.options) });
      return undefined;
    }
    await this.options.sessions
      .get(device.productKey, device.deviceName)
      ?.end(`taken over: the same device connected again from ${attempt.address}`);
    this.begin(client, attempt, verdict);
    return undefined;
  }

  private begin(client: Client, attempt: Attempt, { product, device }: Extract<Verdict, { as: 'device' }>): void {
    const session = new Session({
      client,
      product,
      device,
      rawClientId: attempt.clientId.raw,
      username: attempt.username,
      address: attempt.address,
      ext: attempt.clientId.ext,
    });
    this.roles.set(client, { session });
    // From here on a third login finds this one, even before its CONNACK.
    this.options.sessions.add(session);
    client.conn.once('close', () => this.gone(client));
    if (client.closed || client.conn.destroyed) this.gone(client);
  }

  /** CONNACK is sent: the device takes commands and dm hears of it. */
  private online(client: Client): void {
    const role = this.roles.get(client);
    if (!role || !('session' in role) || role.session.state !== 'opening') return;
    const { session } = role;
    session.online(this.options.clock.now());
    role.downs = this.options.downlink.listen(session);
    void this.options.presence.connected(session);
    this.options.onOnline(session);
    const { productKey, productID, deviceName, options } = session;
    this.options.journal.note({ kind: 'connect', productKey, productID, deviceName, text: `from ${options.address}` });
  }

  private gone(client: Client): void {
    const role = this.roles.get(client);
    if (!role || !('session' in role) || role.session.state === 'ended') return;
    const { session } = role;
    const wasOnline = session.state === 'online';
    role.downs?.unsubscribe();
    if (saidDisconnect(client)) this.because(client, 'the device disconnected');
    session.ended();
    this.options.sessions.remove(session);
    if (!wasOnline) return;
    this.options.presence.disconnected(session);
    const { productKey, productID, deviceName, endReason } = session;
    const text = endReason ?? 'connection closed';
    this.options.journal.note({ kind: 'disconnect', productKey, productID, deviceName, text });
  }

  private publish(client: Client | null, packet: PublishPacket, done: Answer): void {
    const role = client && this.roles.get(client);
    if (!role) return done(new Error('not admitted'));
    if ('session' in role) return this.options.uplink.publish(role.session, packet, done);
    role.publisher.publish(packet).then(
      () => done(),
      (error: unknown) => done(error as Error),
    );
  }

  /** @returns the subscription as granted, or null for SUBACK 0x80 */
  private grant(client: Client, subscription: Subscription): Subscription | null {
    const session = this.sessionOf(client);
    if (!session) return null;
    const { productKey, productID, deviceName } = session;
    const { topic } = subscription;
    const held = filtersOf(client);
    const verdict = maySubscribe({ productKey, deviceName }, topic);
    const tooMany = held.length >= limits.maxSubscriptions && !held.includes(topic);
    const allowed = verdict.granted && !tooMany;
    const cause = tooMany
      ? `more than ${limits.maxSubscriptions} subscriptions; unsubscribe some`
      : `${verdict.granted ? '' : verdict.reason}; use topics with the device's own ProductKey and DeviceName`;
    this.options.journal.note({
      kind: allowed ? 'subscribe' : 'refuseSubscribe',
      productKey,
      productID,
      deviceName,
      topic: topic.slice(0, 200),
      code: allowed ? 200 : 403,
      text: allowed ? 'subscribed' : `subscribe refused: ${cause}`,
    });
    return allowed ? subscription : null;
  }

  private acknowledged(client: Client, known: boolean): void {
    // A persistent session's store knows what was under way; a clean one has none, so every PUBACK is believed.
    if (known || client.clean) this.sessionOf(client)?.noteAcknowledged();
  }

  private sessionOf(client: Client): Session | undefined {
    const role = this.roles.get(client);
    return role && 'session' in role ? role.session : undefined;
  }

  private because(client: Client, reason: string): void {
    const session = this.sessionOf(client);
    if (session) session.endReason ??= reason;
  }

  private noteRefusal({ identity, address }: Attempt, { returnCode, cause, step }: Refusal): void {
    const { productKey, deviceName } = identity ?? { productKey: '', deviceName: '' };
    const text = `refused with CONNACK ${returnCode} (from ${address}): ${cause}; ${step}`;
    this.options.journal.note({ kind: 'refuse', productKey, deviceName, code: returnCode, text });
  }
}

const authenticateError = ({ returnCode, cause }: Refusal): AuthenticateError =>
  Object.assign(new Error(cause), { returnCode }) as AuthenticateError;
