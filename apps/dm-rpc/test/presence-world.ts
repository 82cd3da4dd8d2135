/**
 * A small world of gateway devices, sub-devices and nodes, in which anything may happen next, and what dm hears of it. What
 * is true of each device is known, so that whatever dm makes of the messages can be held against it.
 */
import type { SeededRandom } from '@alink/testing';
import type { DevicePresence } from '../src/presence/presence-rows';
import {
  CORRECTED,
  isNewer,
  type PresenceEvent,
  type PresenceState,
  type SessionKey,
  type Via,
} from '../src/presence/presence-state';

export const WORLD_PRODUCT = 'world';
export const GATEWAYS = ['g1', 'g2'];
export const SUB_DEVICES = ['s1', 's2', 's3'];
const DEVICES = [...GATEWAYS, ...SUB_DEVICES];

/** The state of a device that nobody has heard of. */
export const NEVER_SEEN: PresenceState = {
  stream: 0,
  epoch: 0,
  isOnline: false,
  node: null,
  via: null,
  firstLogin: null,
  resetAt: null,
  lastLogin: null,
  lastOffline: null,
  lastIp: '',
  lastClientId: '',
};

interface Node {
  readonly id: string;
  isAlive: boolean;
  /** Ends that it has not told yet. */
  untold: Session[];
}

interface Session {
  readonly deviceName: string;
  readonly key: SessionKey;
  readonly node: Node;
  readonly via?: Session;
  readonly connectedAt: number;
  isAlive: boolean;
}

/** What reaches dm, or happens to its rows. */
export type Step =
  | { readonly kind: 'told'; readonly happened: DevicePresence }
  | { readonly kind: 'account'; readonly happened: readonly DevicePresence[] }
  | { readonly kind: 'giveUp'; readonly node: string }
  | { readonly kind: 'delete'; readonly deviceName: string };

/** Behind every message: how dm takes the end that an account tells. */
const AT_LAST: SessionKey = { stream: Number.MAX_SAFE_INTEGER, epoch: Number.MAX_SAFE_INTEGER };

export class World {
  /** Messages in the stream, in its order. */
  readonly messages: DevicePresence[] = [];
  /** What else happens, in its order; none of it waits for what stands in the stream. */
  readonly events: Step[] = [];
  readonly deleted = new Set<string>();
  private readonly sessions: Session[] = [];
  private readonly nodes: Node[] = [];
  private stream = 1000;
  private sequence = 0;
  private now = 1_700_000_000_000;

  constructor(private readonly random: SeededRandom) {
    for (const name of ['a', 'b']) this.nodes.push({ id: `${name}0`, isAlive: true, untold: [] });
  }

  /** Lets something happen. */
  turn(): void {
    const { random } = this;
    this.now += random.int(1, 60_000);
    const chance = random.next();
    const there = this.sessions.filter(({ isAlive }) => isAlive);
    const gateways = there.filter(({ deviceName }) => GATEWAYS.includes(deviceName));
    if (chance < 0.18) this.login(random.pick(GATEWAYS), this.someNode());
    else if (chance < 0.48 && gateways.length > 0) {
      const via = random.pick(gateways);
      this.login(random.pick(SUB_DEVICES), via.node, via);
    } else if (chance < 0.53) this.login(random.pick(SUB_DEVICES), this.someNode());
    else if (chance < 0.65 && there.length > 0) this.end(random.pick(there));
    else if (chance < 0.75) this.tellSomeEnds();
    else if (chance < 0.79) this.kill(this.someNode());
    else if (chance < 0.86) this.events.push({ kind: 'giveUp', node: this.someNode().id });
    else if (chance < 0.95) this.events.push(this.accountOf(this.someNode()));
    else if (chance < 0.96) this.makeStreamAnew();
    else this.delete(random.pick(DEVICES));
  }

  /** Whether a node was lost, or taken for lost. */
  get hasTrouble(): boolean {
    return this.events.some(({ kind }) => kind === 'giveUp') || this.nodes.some(({ isAlive }) => !isAlive);
  }

  /** Everything that is still to be told is told, except what died with its node. */
  settle(): void {
    for (const node of this.living()) for (const session of node.untold.splice(0)) this.tellEnd(session);
  }

  /** What heals in the end: the nodes that are gone are given up, and the others say what they hold. */
  healing(): Step[] {
    const gone = this.nodes.filter(({ isAlive }) => !isAlive).map(({ id }): Step => ({ kind: 'giveUp', node: id }));
    return [...gone, ...this.living().map((node) => this.accountOf(node))];
  }

  /** The devices whose latest session lives. */
  online(): string[] {
    return DEVICES.filter((deviceName) => !this.deleted.has(deviceName) && this.latest(deviceName)?.isAlive).sort();
  }

  private login(deviceName: string, node: Node, via?: Session): void {
    if (this.deleted.has(deviceName)) return;
    const { now: connectedAt } = this;
    const older = this.sessions.filter((session) => session.deviceName === deviceName && session.isAlive);
    const key = this.nextKey();
    const session = { deviceName, key, node, via, connectedAt, isAlive: true };
    this.sessions.push(session);
    const { id } = node;
    const login = { address: '', clientId: `${key.stream}/${key.epoch}` };
    this.tell(deviceName, { kind: 'connected', key, timestamp: connectedAt, node: id, via: viaOf(session), ...login });
    for (const one of older) this.end(one);
  }

  /** Its node tells so at some time: one message for a gateway device and its followers. */
  private end(session: Session): void {
    for (const one of [session, ...this.followersOf(session)]) one.isAlive = false;
    session.node.untold.push(session);
  }

  private tellSomeEnds(): void {
    const node = this.someNode();
    for (const session of node.untold.splice(0, this.random.int(0, node.untold.length))) this.tellEnd(session);
  }

  private tellEnd({ deviceName, key: { stream, epoch } }: Session): void {
    const { now: timestamp } = this;
    const key = this.nextKey();
    this.tell(deviceName, { kind: 'disconnected', key, timestamp, stream, epoch, reason: 'closed' });
  }

  /** Nobody tells of what it held; it starts again under a new id. */
  private kill(node: Node): void {
    node.isAlive = false;
    for (const session of this.sessions) if (session.node === node) session.isAlive = false;
    const [name] = node.id;
    this.nodes.push({ id: `${name}${this.nodes.length}`, isAlive: true, untold: [] });
  }

  private accountOf(node: Node): Step {
    const { now: timestamp } = this;
    const of = ({ deviceName }: Session, event: PresenceEvent): DevicePresence => ({ ...names(deviceName), event });
    const held = this.sessions.filter((session) => session.node === node && session.isAlive);
    const ended = node.untold.flatMap((session) => [session, ...this.sessions.filter(({ via }) => via === session)]);
    return {
      kind: 'account',
      happened: [
        ...ended.map((session) =>
          of(session, { kind: 'disconnected', ...session.key, key: AT_LAST, timestamp, reason: CORRECTED }),
        ),
        ...held.map((session) => {
          const { key, connectedAt } = session;
          return of(session, { kind: 'holds', key, node: node.id, via: viaOf(session), connectedAt, timestamp });
        }),
      ],
    };
  }

  private makeStreamAnew(): void {
    this.stream += 1000;
    this.sequence = 0;
  }

  private delete(deviceName: string): void {
    if (this.deleted.has(deviceName)) return;
    this.deleted.add(deviceName);
    this.events.push({ kind: 'delete', deviceName });
    for (const session of this.sessions) if (session.deviceName === deviceName && session.isAlive) this.end(session);
  }

  private followersOf(gateway: Session): Session[] {
    return this.sessions.filter(({ via, isAlive }) => via === gateway && isAlive);
  }

  private latest(deviceName: string): Session | undefined {
    return this.sessions
      .filter((session) => session.deviceName === deviceName)
      .reduce<Session | undefined>((one, other) => (one && isNewer(one.key, other.key) ? one : other), undefined);
  }

  private tell(deviceName: string, event: PresenceEvent): void {
    this.messages.push({ ...names(deviceName), event });
  }

  private nextKey(): SessionKey {
    return { stream: this.stream, epoch: ++this.sequence };
  }

  private living(): Node[] {
    return this.nodes.filter(({ isAlive }) => isAlive);
  }

  private someNode(): Node {
    return this.random.pick(this.living());
  }
}

const names = (deviceName: string) => ({ productID: WORLD_PRODUCT, deviceName });

const viaOf = ({ via }: Session): Via | null =>
  via ? { gateway: `${WORLD_PRODUCT}/${via.deviceName}`, session: via.key } : null;

/**
 * An order in which all of it may reach dm: messages of the stream in any, some of them twice, and everything else between them.
 */
export const anyOrder = ({ messages, events }: World, random: SeededRandom): Step[] => {
  const reach = random.pick([0, 3, messages.length]);
  const places = messages.flatMap((happened, place) => {
    const step: Step = { kind: 'told', happened };
    const times = random.next() < 0.2 ? 2 : 1;
    return Array.from({ length: times }, () => ({ step, at: place + random.next() * (reach + 1) }));
  });
  const between = events.map((step) => ({ step, at: random.next() * (messages.length + 1) }));
  return [...places, ...between].sort((one, other) => one.at - other.at).map(({ step }) => step);
};
