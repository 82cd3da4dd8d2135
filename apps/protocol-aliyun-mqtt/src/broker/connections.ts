/**
 * The broker's hooks, tied to admission, sessions, uplinks and downlinks: what happens to one MQTT connection from its
 * CONNECT to its end. Holds no Alink knowledge.
 */
import type { Duplex } from 'node:stream';
import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import { readAttempt, type Attempt } from '../connect/attempt';
import { CloudPublisher } from '../connect/cloud-publisher';
import { noteRefusal } from '../connect/note-refusal';
import { refusals, type Refusal } from '../connect/refusals';
import type { Admitted, Verdict } from '../connect/verdict';
import type { Guard } from '../guard/guard';
import type { Decider } from '../guard/guarded-admission';
import { openingOf } from '../guard/openings';
import { limits } from '../limits';
import type { GatewayMetrics } from '../metrics';
import type { DeviceChanges } from '../session/device-changes';
import { Session, sessionKey } from '../session/session';
import type { Bus } from '@alink/bus';
import type { Logger } from '@alink/runtime';
import { guardFrames } from '../transport/frame-guard';
import { peerOf } from '../transport/peer';
import { DeviceBroker, holdPackets } from './device-broker';
import { DeviceRole, type DeviceRoleOptions } from './device-role';
import { PublisherRole } from './publisher-role';
import { RegistrationRole } from './registration-role';
import type { Role } from './role';

export interface ConnectionsOptions extends DeviceRoleOptions {
  readonly admission: Decider;
  /** The same without the guard, for logins that stand. */
  readonly unguarded: Decider;
  readonly guard: Guard;
  readonly changes: DeviceChanges;
  readonly metrics: GatewayMetrics;
  readonly bus: Bus;
  readonly log: Logger;
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
      authorizePublish: (client, packet, done) => {
        const role = client && this.roles.get(client);
        return role ? role.publish(packet, done) : done(new Error('not admitted'));
      },
      authorizeSubscribe: (client, subscription, done) =>
        done(null, this.roles.get(client)?.grant(subscription) ?? null),
    });
    this.broker.on('connackSent', (packet) => options.metrics.connacks.inc({ code: String(packet.returnCode) }));
    this.broker.on('clientReady', (client) => {
      openingOf(peerOf(client.conn))?.finished();
      this.roles.get(client)?.ready();
    });
    this.broker.on('clientDisconnect', (client) => this.device(client)?.gone());
    this.broker.on('keepaliveTimeout', (client) => this.device(client)?.because(KEEPALIVE_TIMEOUT));
    this.broker.on('clientError', (client, error) => this.device(client)?.because(error.message));
    this.broker.on('connectionError', (_client, error) =>
      options.log.debug({ err: error }, 'connection without session'),
    );
    this.broker.on('ack', (packet, client) => this.device(client)?.acknowledged(packet !== undefined));
    this.broker.on('subscribe', (subscriptions, client) =>
      this.device(client)?.session.noteSubscribed(subscriptions.map(({ topic }) => topic)),
    );
    this.broker.on('unsubscribe', (filters, client) => {
      // aedes also unsubscribes everything when a connection ends.
      if (!client.closed) this.device(client)?.session.noteUnsubscribed(filters);
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
        const rate = this.options.guard.uplinkRate.of(`publisher of ${sessionKey(productKey, deviceName)}`);
        this.roles.set(client, new PublisherRole(publisher, rate, this.options.log));
        return undefined;
      }
      case 'registration':
        this.roles.set(client, new RegistrationRole(client, verdict.push));
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
    const rate = this.options.guard.uplinkRate.of(sessionKey(device.productKey, device.deviceName));
    const role = new DeviceRole(client, session, rate, push, this.options);
    this.roles.set(client, role);
    // From here on a third login finds this one, even before its CONNACK.
    this.options.sessions.add(session);
    this.options.changes.began(session, heard);
    client.conn.once('close', () => role.gone());
    if (client.closed || client.conn.destroyed) role.gone();
  }

  private device(client: Client): DeviceRole | undefined {
    const role = this.roles.get(client);
    return role instanceof DeviceRole ? role : undefined;
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
