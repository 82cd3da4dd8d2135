/**
 * The broker's hooks, tied to admission, sessions, uplinks and downlinks: what happens to one MQTT connection from its
 * CONNECT to its end. Holds no Alink knowledge.
 */
import type { Duplex } from 'node:stream';
import type { AuthenticateError, Client, ConnectPacket, PublishPacket, Subscription } from 'aedes';
import type { Subscription as BusSubscription } from '@alink/bus';
import { maySubscribe } from '@alink/topic';
import { readAttempt, type Attempt } from '../connect/attempt';
import { CloudPublisher } from '../connect/cloud-publisher';
import { noteRefusal } from '../connect/note-refusal';
import { refusals, type Refusal } from '../connect/refusals';
import type { Admitted, Push, Verdict } from '../connect/verdict';
import type { Downlink } from '../downlink/downlink';
import type { Guard } from '../guard/guard';
import type { Decider } from '../guard/guarded-admission';
import { openingOf } from '../guard/openings';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Journal } from '../journal';
import { limits } from '../limits';
import type { GatewayMetrics } from '../metrics';
import type { DeviceChanges } from '../session/device-changes';
import type { Presence } from '../session/presence';
import { Session, sessionKey } from '../session/session';
import type { SessionTable } from '../session/session-table';
import type { Answer, Uplink } from '../uplink/uplink';
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import { guardFrames } from '../transport/frame-guard';
import { peerOf } from '../transport/peer';
import { DeviceBroker, filtersOf, holdPackets, saidDisconnect } from './device-broker';

export interface ConnectionsOptions {
  readonly admission: Decider;
  /** The same without the guard, for logins that stand. */
  readonly unguarded: Decider;
  readonly guard: Guard;
  readonly sessions: SessionTable;
  readonly changes: DeviceChanges;
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

const KEEPALIVE_TIMEOUT =
  'keepalive timeout: nothing came from the device for 1.5 times its keepalive; let it send PINGREQ in time, or check its network';

/** A CONNECT that is decided. */
interface Login<V extends Verdict> {
  readonly attempt: Attempt;
  readonly verdict: V;
  /** Changes heard of when the decision began. */
  readonly heard: number;
}
type DeviceVerdict = Extract<Admitted, { as: 'device' }>;

/** What a connection is, once admitted. */
type Role =
  | { readonly session: Session; readonly uplinks: UplinkMeter; readonly push?: Push; downs?: BusSubscription }
  | { readonly publisher: CloudPublisher; readonly uplinks: UplinkMeter }
  /** Gets its credentials and can do nothing else. */
  | { readonly registration: Push };

/** MQTT 3.1 and 3.1.1. */
const VERSIONS = new Set([3, 4]);

export class Connections {
  readonly broker: DeviceBroker;
  private readonly decided = new WeakMap<Client, Login<Verdict>>();
  private readonly roles = new WeakMap<Client, Role>();
  /** Makes broker ids for clients that are no device, so that none can collide with a device's. */
  private guests = 0;

  constructor(private readonly options: ConnectionsOptions) {
    this.broker = new DeviceBroker({
      connectTimeout: limits.connectTimeoutMs,
      preConnect: (client, packet, done) => {
        holdPackets(client);
        // aedes refuses other versions with CONNACK 1: nothing is decided, or registered, for those.
        if (!VERSIONS.has(packet.protocolVersion ?? 4)) return done(null, true);
        this.decide(client, packet).then(
          () => done(null, true),
          (error: unknown) => {
            options.log.error({ err: error }, 'a CONNECT could not be decided');
            done(error as Error, false);
          },
        );
      },
      authenticate: (client, _username, _password, done) => {
        this.admit(client).then(
          (refusal) => (refusal ? done(authenticateError(refusal), null) : done(null, true)),
          (error: unknown) => {
            options.log.error({ err: error }, 'a CONNECT could not be admitted');
            done(authenticateError(refusals.unavailable()), null);
          },
        );
      },
      authorizePublish: (client, packet, done) => this.publish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.grant(client, subscription)),
    });
    this.broker.on('connackSent', (packet) => options.metrics.connacks.inc({ code: String(packet.returnCode) }));
    this.broker.on('clientReady', (client) => {
      openingOf(peerOf(client.conn))?.finished();
      this.online(client);
    });
    this.broker.on('clientDisconnect', (client) => this.gone(client));
    this.broker.on('keepaliveTimeout', (client) => this.because(client, KEEPALIVE_TIMEOUT));
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
    this.options.guard.paceReads(conn);
    this.broker.handle(conn);
  }

  /** Ends every session, so that dm hears of it, and the broker. */
  async stop(): Promise<void> {
    await Promise.all([...this.options.sessions].map((session) => session.end('the gateway stops')));
    await new Promise<void>((resolve) => this.broker.close(resolve));
  }

  /** CONNECT has come: decides on it, and gives the MQTT session its name. */
  private async decide(client: Client, packet: ConnectPacket): Promise<void> {
    const peer = peerOf(client.conn);
    openingOf(peer)?.connecting();
    const { address, port, secure, certificates } = peer;
    const attempt = readAttempt({
      clientId: packet.clientId,
      username: packet.username ?? '',
      password: packet.password?.toString() ?? '',
      keepalive: packet.keepalive ?? 0,
      address: `${address}:${port}`,
      secure,
      certificates,
    });
    // Wills are not served ("Alibaba Cloud IoT documentation, 'Limits'").
    packet.will = undefined;
    const { heard } = this.options.changes;
    const verdict = await this.options.admission.decide(attempt);
    this.decided.set(client, { attempt, verdict, heard });
    if (verdict.as === 'device') {
      // The session is the device's: SDKs put a new timestamp into the ClientID at every start.
      packet.clientId = sessionKey(verdict.device.productKey, verdict.device.deviceName);
    } else {
      packet.clientId = `guest-${++this.guests}`;
      packet.clean = true;
    }
  }

  /** @returns why the client is refused, or undefined */
  private async admit(client: Client): Promise<Refusal | undefined> {
    const { attempt, verdict, heard } = this.decided.get(client)!;
    this.decided.delete(client);
    switch (verdict.as) {
      case 'refused':
        noteRefusal(this.options.journal, attempt, verdict.refusal);
        return verdict.refusal;
      case 'cloudPublisher': {
        const { productKey, deviceName } = verdict.device;
        const decide = (): Promise<Verdict> => this.options.unguarded.decide(attempt);
        const publisher = new CloudPublisher(verdict.device, decide, this.options);
        const uplinks = this.options.guard.uplinkRate.of(`publisher of ${sessionKey(productKey, deviceName)}`);
        this.roles.set(client, { publisher, uplinks });
        return undefined;
      }
      case 'registration':
        this.roles.set(client, { registration: verdict.push });
        this.noteRegistration(attempt, verdict);
        return undefined;
      case 'device':
        await this.takeOver(attempt, verdict);
        this.begin(client, { attempt, verdict, heard });
        return undefined;
    }
  }

  /** Ends the device's session here. Another login may have begun one meanwhile, and is the older one then. */
  private async takeOver({ address }: Attempt, { device: { productKey, deviceName } }: DeviceVerdict): Promise<void> {
    const { sessions } = this.options;
    const reason = `taken over: the same device connected again from ${address}`;
    let old = sessions.get(productKey, deviceName);
    while (old) {
      await old.end(reason);
      old = sessions.get(productKey, deviceName);
    }
  }

  private begin(client: Client, { attempt, verdict, heard }: Login<DeviceVerdict>): void {
    const { product, device, stillGood, push } = verdict;
    const session = new Session({
      client,
      product,
      device,
      stillGood,
      rawClientId: attempt.clientId.raw,
      username: attempt.username,
      address: attempt.address,
      ext: attempt.clientId.ext,
    });
    const uplinks = this.options.guard.uplinkRate.of(sessionKey(device.productKey, device.deviceName));
    this.roles.set(client, { session, uplinks, push });
    // From here on a third login finds this one, even before its CONNACK.
    this.options.sessions.add(session);
    this.options.changes.began(session, heard);
    client.conn.once('close', () => this.gone(client));
    if (client.closed || client.conn.destroyed) this.gone(client);
  }

  /** CONNACK is sent: the device takes commands and dm hears of it. */
  private online(client: Client): void {
    const role = this.roles.get(client);
    if (role && 'registration' in role) return this.push(client, role);
    if (!role || !('session' in role) || role.session.state !== 'opening') return;
    const { session, push } = role;
    session.online(this.options.clock.now());
    if (push) session.deliver({ ...push, qos: 0 });
    role.downs = this.options.downlink.listen(session);
    void this.options.presence.connected(session);
    this.options.onOnline(session);
    const { productKey, productID, deviceName, options } = session;
    this.options.journal.note({ kind: 'connect', productKey, productID, deviceName, text: `from ${options.address}` });
  }

  /** Hands out credentials at once: the Link SDK for C gives up after five seconds. */
  private push(client: Client, role: Extract<Role, { registration: Push }>): void {
    const { topic, payload } = role.registration;
    client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
    const timer = setTimeout(() => client.close(), limits.registrationMs);
    client.conn.once('close', () => clearTimeout(timer));
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
    if ('session' in role) {
      const { session } = role;
      if (role.uplinks.admits((text) => this.noteDrop(session, text))) {
        return this.options.uplink.publish(session, packet, done);
      }
      return session.inOrder(Promise.resolve(), () => done());
    }
    // A connection for registration can do nothing else: what it publishes is dropped.
    if ('registration' in role) return done();
    if (!role.uplinks.admits((text) => this.options.log.warn({ topic: packet.topic }, text))) return done();
    role.publisher.publish(packet).then(
      (goesOn) => done(goesOn ? undefined : new Error('its login counts no more')),
      (error: unknown) => done(error as Error),
    );
  }

  /** @returns the subscription as granted, or null for SUBACK 0x80 */
  private grant(client: Client, subscription: Subscription): Subscription | null {
    const role = this.roles.get(client);
    // mosquitto_sub gives up when its SUBSCRIBE is refused, before it sees the push.
    if (role && 'registration' in role) return subscription.topic === role.registration.topic ? subscription : null;
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

  private noteDrop({ productKey, productID, deviceName }: Session, text: string): void {
    this.options.journal.note({ kind: 'drop', productKey, productID, deviceName, code: 429, text });
  }

  private noteRegistration(
    { address }: Attempt,
    { product, deviceName, push }: Extract<Admitted, { as: 'registration' }>,
  ): void {
    const { productKey, productID } = product;
    const text = `registered from ${address}; credentials pushed on ${push.topic}`;
    this.options.journal.note({ kind: 'connect', productKey, productID, deviceName, topic: push.topic, text });
  }
}

const authenticateError = ({ returnCode }: Refusal): AuthenticateError =>
  Object.assign(new Error(`refused with CONNACK ${returnCode}`), { returnCode }) as AuthenticateError;
