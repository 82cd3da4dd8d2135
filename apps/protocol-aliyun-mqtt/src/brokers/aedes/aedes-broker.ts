/** The port {@link Broker}, filled by aedes. Holds no Alink knowledge. */
import type { Duplex } from 'node:stream';
import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import { type Logger, monotonicClock } from '@alink/runtime';
import { limits } from '../../limits';
import type { Abilities, Broker } from '../../link/broker';
import type { Endpoint } from '../../link/endpoint';
import { peerOf } from '../../link/peer';
import { guardFrames } from '../../transport/frame-guard';
import { FrameRules } from '../../transport/frame-rules';
import { AedesLink } from './aedes-link';
import { isRealFilter, SessionStore } from './session-store';
import { holdPackets, saidConnack, SilentAedes } from './silent-aedes';
import { faultOf, readStrictly, willFault, wrongVersion } from './strict-parser';

/** CONNACK code of a version that is not spoken. */
const WRONG_VERSION = 1;
/** SUBACK code of a filter that is refused. */
const REFUSED = 0x80;

/** Starts it; `endpoint` hears of every link from then on. */
export const startAedes = async (endpoint: Endpoint, log: Logger): Promise<Broker> => {
  const broker = new AedesBroker(endpoint, log);
  await broker.listen();
  return broker;
};

class AedesBroker implements Broker {
  readonly can: Abilities = { kick: true, pushUnsubscribed: true, mqtt5: false };
  private readonly aedes: SilentAedes;
  /** A CONNECT that is not answered yet, with its ClientID. */
  private readonly connects = new WeakMap<Client, { readonly packet: ConnectPacket; readonly clientId: string }>();
  private readonly links = new WeakMap<Client, AedesLink>();
  /** Those that have been sent what waited for them. */
  private readonly ready = new WeakSet<Client>();
  private readonly store = new SessionStore(
    {
      maxFilters: limits.maxSubscriptionsOfLink,
      maxHandshakes: limits.maxHandshakes,
      maxMessages: limits.maxUnackedDownlinks * limits.maxShares,
      maxMessageBytes: limits.maxUnackedBytes,
      keepMs: limits.keepSessionMs,
    },
    monotonicClock,
  );
  /** Makes ids for clients without a session, and for those who have not proved that they may have one. */
  private guests = 0;

  constructor(
    private readonly endpoint: Endpoint,
    log: Logger,
  ) {
    this.aedes = new SilentAedes({
      persistence: this.store,
      preConnect: (client, packet, done) => {
        holdPackets(client);
        this.aedes.sendAll(client);
        const fault = willFault(packet);
        this.noteConnect(client, packet);
        done(fault ?? null, !fault);
      },
      authenticate: (client, _username, password, done) => {
        // Nobody is there to be answered.
        if (client.closed || client.conn.destroyed) return;
        this.open(client, password?.toString() ?? '').then(
          (refusal) => (refusal ? done(refusal, null) : done(null, true)),
          (error: unknown) => client.emit('error', error),
        );
      },
      authorizePublish: (client, packet, done) => {
        const link = client && this.links.get(client);
        if (!link) return done(new Error('this connection came past its CONNECT'));
        // Taken on an earlier connection [MQTT-4.3.3-2]. Without DUP it is another one of a client that has forgotten all.
        if (packet.dup && packet.qos === 2 && this.store.hasHandshake(client, packet.messageId!)) return done();
        const { topic, payload, qos } = packet;
        endpoint.published(link, { topic, payload: bufferOf(payload), qos }).then(() => done(), done);
      },
      authorizeSubscribe: (client, subscription, done) => {
        const link = this.links.get(client);
        if (!isRealFilter(subscription)) return done(null, null);
        if (!link || !endpoint.subscribing(link, subscription.topic, !saidConnack(client))) return done(null, null);
        link.granted(subscription.topic);
        done(null, subscription);
      },
      authorizeForward: (client, packet) => {
        const link = this.links.get(client);
        // What is sent now was asked for on this connection.
        if (!link || this.ready.has(client)) return packet;
        return endpoint.resending(link, packet.topic) ? packet : null;
      },
    });
    this.listenToLinks();
    this.aedes.on('connackSent', ({ returnCode }) => endpoint.answered(returnCode ?? 0));
    this.aedes.on('connectionError', (client, error) => this.strayed(client, error, log));
  }

  get clients(): number {
    return this.aedes.connectedClients;
  }

  async listen(): Promise<void> {
    await this.aedes.listen();
  }

  accept(conn: Duplex): void {
    // Its client is told itself: a socket that ends with TLS's close_notify tells of errors later than of its end.
    guardFrames(conn, limits.maxPacketBytes, new FrameRules(), (fault) => client.emit('error', fault));
    const client = this.aedes.handle(conn);
    readStrictly(client, () => this.endpoint.answered(WRONG_VERSION));
  }

  forget(session: string): void {
    this.store.forget(session);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.aedes.close(resolve));
  }

  private listenToLinks(): void {
    const { aedes, endpoint, links } = this;
    aedes.on('clientReady', (client) => {
      this.store.held(client);
      this.ready.add(client);
      endpoint.opened(links.get(client)!);
    });
    aedes.on('clientDisconnect', (client) => {
      this.store.released(client);
      this.closed(client);
    });
    aedes.on('keepaliveTimeout', (client) => links.get(client)?.because({ how: 'silent' }));
    aedes.on('clientError', (client, error) => links.get(client)?.because({ how: 'failed', error }));
    aedes.on('ack', (packet, client) => {
      // A persistent session's store knows what was under way; a clean one has none, so every PUBACK is believed.
      if (packet !== undefined || client.clean) endpoint.acknowledged(links.get(client)!);
    });
    aedes.on('subscribe', (subscriptions, client) => {
      const granted = subscriptions.filter(({ qos }) => (qos as number) !== REFUSED);
      if (!client.clean) this.store.keepFilters(client, granted);
      const link = links.get(client)!;
      const subscribed = granted.map(({ topic }) => topic);
      // Again: an UNSUBSCRIBE that came first may have been carried out since.
      for (const filter of subscribed) link.granted(filter);
      endpoint.filtersChanged(link, { subscribed, unsubscribed: [] });
    });
    aedes.on('unsubscribe', (filters, client) => {
      // aedes also unsubscribes everything when a connection ends.
      if (client.closed) return;
      const link = links.get(client)!;
      for (const filter of filters) link.givenBack(filter);
      endpoint.filtersChanged(link, { subscribed: [], unsubscribed: filters });
    });
  }

  /** aedes gives a client what is stored under its ClientID; nobody may touch that of a device before it is let in. */
  private noteConnect(client: Client, packet: ConnectPacket): void {
    this.connects.set(client, { packet, clientId: packet.clientId });
    packet.clientId = `guest-${++this.guests}`;
    // Wills are not served ("Alibaba Cloud IoT documentation, 'Limits'").
    packet.will = undefined;
  }

  /** It has ended before there was a link. A network that broke says nothing about the client. */
  private strayed(client: Client, error: Error & { readonly errorCode?: number }, log: Logger): void {
    log.debug({ err: error }, 'connection without session');
    if ('code' in error) return;
    const { packet } = this.connects.get(client) ?? {};
    const fault = error.errorCode === WRONG_VERSION ? wrongVersion(packet?.protocolVersion) : faultOf(error);
    this.endpoint.strayed(peerOf(client.conn), fault, packet?.username);
  }

  /** @returns why the client is refused, or undefined */
  private async open(client: Client, password: string): Promise<AuthenticateError | undefined> {
    const { packet, clientId } = this.connects.get(client)!;
    this.connects.delete(client);
    const { username = '', keepalive = 0, clean = false } = packet;
    const login = { clientId, username, keepalive, clean };
    const link = new AedesLink(client, login);
    this.links.set(client, link);
    client.conn.once('close', () => this.closed(client));
    const welcome = await this.endpoint.opening(link, password);
    if ('returnCode' in welcome) {
      const why = `refused with CONNACK ${welcome.returnCode}`;
      link.because({ how: 'ended', why });
      return Object.assign(new Error(why), { returnCode: welcome.returnCode }) as AuthenticateError;
    }
    if (welcome.session === undefined) packet.clean = client.clean = true;
    else client.id = welcome.session;
    return undefined;
  }

  private closed(client: Client): void {
    const link = this.links.get(client);
    const ending = link?.close();
    if (link && ending) this.endpoint.closed(link, ending);
  }
}

const bufferOf = (payload: string | Buffer): Buffer => (typeof payload === 'string' ? Buffer.from(payload) : payload);
