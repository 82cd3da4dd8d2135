/**
 * The node's side of every MQTT connection: decides on its CONNECT, gives it its role, and passes on to that what the
 * broker tells. Holds no Alink knowledge.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '@alink/bus';
import { DeviceType } from '@alink/contract';
import type { Clock, Logger } from '@alink/runtime';
import { hostPort } from '@alink/text';
import type { Decider } from '../connect/admission';
import { readAttempt, type Attempt } from '../connect/attempt';
import { noteRefusal } from '../connect/note-refusal';
import type { Admitted } from '../connect/verdict';
import type { Guard } from '../guard/guard';
import { limits } from '../limits';
import type { Endpoint, FilterChange, Publish, Welcome } from '../link/endpoint';
import type { Ending, Link } from '../link/link';
import type { Peer } from '../link/peer';
import { ProtocolFault } from '../link/protocol-fault';
import type { NodeMetrics } from '../metrics';
import type { DeviceChanges } from '../session/device-changes';
import { LinkSessions } from '../session/link-sessions';
import { sessionKey } from '../session/session';
import type { SessionTable } from '../session/session-table';
import { openingOf } from '../transport/openings';
import { CloudPublisherRole } from './cloud-publisher';
import { DeviceRole, type DeviceRoleOptions } from './device-role';
import { FaultLines } from './fault-lines';
import { RegistrationRole } from './registration-role';
import type { Role } from './role';
import { Strays } from './strays';

export interface ConnectionsOptions extends Omit<DeviceRoleOptions, 'strays' | 'meterOf'> {
  readonly admission: Decider;
  /** The same without the guard, for logins that stand. */
  readonly unguarded: Decider;
  readonly guard: Pick<Guard, 'uplinkRate' | 'share'>;
  readonly sessions: SessionTable;
  readonly changes: DeviceChanges;
  readonly metrics: NodeMetrics;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
}

type Verdict<As extends Admitted['as']> = Extract<Admitted, { readonly as: As }>;

export class Connections implements Endpoint {
  private readonly roles = new WeakMap<Link, Role>();

  private readonly faults: FaultLines;
  private readonly ofDevices: DeviceRoleOptions;

  constructor(private readonly options: ConnectionsOptions) {
    const { guard } = options;
    this.faults = new FaultLines(options);
    this.ofDevices = { ...options, strays: new Strays(options), meterOf: (device) => guard.uplinkRate.of(device) };
  }

  async opening(link: Link, password: string): Promise<Welcome> {
    openingOf(link.peer)?.connecting();
    try {
      return await this.decide(link, attemptOf(link, password));
    } catch (error) {
      this.options.log.error({ err: error }, 'a CONNECT could not be decided');
      throw error;
    }
  }

  strayed(peer: Peer, fault: ProtocolFault, username?: string): void {
    this.faults.note(peer, fault, username);
  }

  answered(returnCode: number): void {
    this.options.metrics.connacks.inc({ code: String(returnCode) });
  }

  opened(link: Link): void {
    openingOf(link.peer)?.finished();
    this.roles.get(link)?.opened();
  }

  published(link: Link, publish: Publish): Promise<void> {
    return this.roles.get(link)?.published(publish) ?? Promise.reject(new Error('not admitted'));
  }

  subscribing(link: Link, filter: string, isOld: boolean): boolean {
    return this.roles.get(link)?.subscribing(filter, isOld) ?? false;
  }

  resending(link: Link, topic: string): boolean {
    return this.roles.get(link)?.resending?.(topic) ?? true;
  }

  filtersChanged(link: Link, change: FilterChange): void {
    this.roles.get(link)?.filtersChanged?.(change);
  }

  acknowledged(link: Link): void {
    this.roles.get(link)?.acknowledged?.();
  }

  closed(link: Link, ending: Ending): void {
    if (ending.how === 'failed' && ending.error instanceof ProtocolFault) {
      this.faults.note(link.peer, ending.error, link.login.username);
    }
    this.roles.get(link)?.closed?.(ending);
  }

  /** Ends every session, so that dm hears of it. */
  async stop(): Promise<void> {
    const owners = [...this.options.sessions].filter(({ via }) => !via);
    await Promise.all(owners.map((owner) => owner.end({ text: 'the node stops' })));
  }

  private async decide(link: Link, attempt: Attempt): Promise<Welcome> {
    const { heard } = this.options.changes;
    const verdict = await this.options.admission.decide(attempt);
    switch (verdict.as) {
      case 'refused':
        if (verdict.lateMs) await this.holdBack(link, verdict.lateMs);
        noteRefusal(this.options.journal, attempt, verdict.refusal);
        return { returnCode: verdict.refusal.returnCode };
      case 'cloudPublisher':
        this.roles.set(link, this.publisherOf(verdict, attempt));
        return { session: undefined };
      case 'registration':
        this.roles.set(link, new RegistrationRole(link, verdict.push));
        this.noteRegistration(attempt, verdict);
        return { session: undefined };
      case 'device':
        await this.vacate(attempt, verdict);
        // The session is the device's: SDKs put a new timestamp into the ClientID at every start.
        return { session: this.begin(link, attempt, verdict, heard) };
    }
  }

  /** Who waits for an answer that comes late keeps nobody else waiting: it gives its slot back. */
  private async holdBack({ peer }: Link, ms: number): Promise<void> {
    openingOf(peer)?.finished();
    await pause(ms);
  }

  private publisherOf({ device }: Verdict<'cloudPublisher'>, attempt: Attempt): Role {
    const { unguarded, guard, bus, clock, journal, log } = this.options;
    const rate = guard.uplinkRate.of(`publisher of ${sessionKey(device.productKey, device.deviceName)}`);
    return new CloudPublisherRole({ device, decide: () => unguarded.decide(attempt), rate, bus, clock, journal, log });
  }

  private vacate({ address }: Attempt, { device: { productKey, deviceName } }: Verdict<'device'>): Promise<void> {
    return this.options.life.vacate(productKey, deviceName, `the same device connected again from ${address}`);
  }

  /**
   * @param heard changes heard of when the decision began
   * @returns the name of its session
   */
  private begin(link: Link, attempt: Attempt, verdict: Verdict<'device'>, heard: number): string {
    const { life, guard } = this.options;
    const { product, device, stillGood, push, left } = verdict;
    const { username, address, clientId } = attempt;
    const login = { rawClientId: clientId.raw, username, address, ext: clientId.ext };
    const sessions = new LinkSessions(link, { product, device, stillGood, ...login }, (session, followers) => {
      if (session === sessions.owner) left?.();
      life.ended(session, followers);
    });
    const isGateway = product.deviceType === DeviceType.gateway;
    // Its sub-devices all come back at once, with what they have subscribed.
    const share = (devices: number): void => guard.share(link.peer, isGateway ? limits.maxShares : devices);
    sessions.onDevices = share;
    share(sessions.devices);
    const { owner } = sessions;
    const role = new DeviceRole(sessions, push, this.ofDevices);
    this.roles.set(link, role);
    // From here on a third login finds this one, even before its CONNACK.
    life.begin(owner, heard);
    if (link.isClosed) role.closed({ how: 'lost' });
    return owner.key;
  }

  private noteRegistration({ address }: Attempt, { product, deviceName, push }: Verdict<'registration'>): void {
    const { productKey, productID } = product;
    const text = `registered from ${address}; credentials pushed on ${push.topic}`;
    this.options.journal.note({ kind: 'connect', productKey, productID, deviceName, topic: push.topic, text });
  }
}

const attemptOf = ({ peer, login }: Link, password: string): Attempt => {
  const { address, port, secure, certificates } = peer;
  return readAttempt({ ...login, password, address: hostPort(address, port), secure, certificates });
};
