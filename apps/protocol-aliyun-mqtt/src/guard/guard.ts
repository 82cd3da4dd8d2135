/** What keeps the node from being asked too much: the limits of this folder, put together with their metrics and lines. */
import type { Duplex } from 'node:stream';
import { type Clock, type Logger, type Metrics, monotonicClock } from '@alink/runtime';
import type { Admission } from '../connect/admission';
import type { Journal } from '../journal';
import { limits } from '../limits';
import { peerOf, type Peer } from '../link/peer';
import type { NodeMetrics } from '../metrics';
import { AcceptQueue, type AcceptQueueEvents } from './accept-queue';
import { addressKey } from './address-key';
import type { GuardConfig } from './config';
import { ConnectRate } from './connect-rate';
import { EventRate } from './event-rate';
import { createGuardMetrics } from './guard-metrics';
import { GuardedAdmission } from './guarded-admission';
import { LoginLockout, type Claim, type Lock } from './login-lockout';
import { paceReads, type ReadPace } from './read-pacing';
import { SubDeviceRate } from './sub-device-rate';
import { UplinkRate } from './uplink-rate';

export interface GuardOptions {
  readonly config: GuardConfig;
  /** By default one that nobody sets. */
  readonly clock?: Clock;
  readonly log: Logger;
  readonly journal: Journal;
  /** Where the guard's own metrics are registered. */
  readonly metrics: Metrics;
  readonly nodeMetrics: NodeMetrics;
}

/** One line a minute about connections that were closed before they began, for each cause. */
const DROP_LINES = { limit: 1, windowMs: 60_000, maxKeys: 10 };

export class Guard {
  /** Where connections wait for their turn: those of MQTT, and those of HTTP, which health checks use. */
  readonly queues: { readonly mqtt: AcceptQueue; readonly http: AcceptQueue };
  readonly lockout: LoginLockout;
  readonly connectRate: ConnectRate;
  readonly subDeviceRate: SubDeviceRate;
  readonly uplinkRate: UplinkRate;
  private readonly clock: Clock;
  private readonly metrics: ReturnType<typeof createGuardMetrics>;
  private readonly paces = new WeakMap<Peer, ReadPace>();

  constructor(private readonly options: GuardOptions) {
    const { config, log, metrics, nodeMetrics } = options;
    const clock = (this.clock = options.clock ?? monotonicClock);
    const counters = createGuardMetrics(metrics, {
      waiting: () => this.queues.mqtt.waiting + this.queues.http.waiting,
      opening: () => this.queues.mqtt.opening + this.queues.http.opening,
    });
    this.metrics = counters;
    this.connectRate = new ConnectRate(config.CONNECTS_PER_MINUTE_PER_DEVICE, clock);
    this.subDeviceRate = new SubDeviceRate(config.SUB_DEVICE_LOGINS_PER_SECOND, clock);
    this.uplinkRate = new UplinkRate(config.UPLINKS_PER_SECOND_PER_DEVICE, clock, () =>
      nodeMetrics.uplinks.inc({ result: 'overRate' }),
    );
    const lines = new EventRate(DROP_LINES, clock);
    const queue = {
      ...limits.acceptQueue,
      perAddress: config.CONNECTS_PER_SECOND_PER_ADDRESS,
      inTotal: config.CONNECTS_PER_SECOND,
    };
    const events: AcceptQueueEvents = {
      onDrop: (why, address) => {
        counters.dropped.inc({ why });
        if (lines.take(why)) log.warn({ why, address }, 'connections are closed before they begin; see the metrics');
      },
      onTurn: (waitedMs) => counters.waits.observe(waitedMs / 1000),
    };
    this.queues = { mqtt: new AcceptQueue(queue, clock, events), http: new AcceptQueue(queue, clock, events) };
    const lockMs = config.LOGIN_LOCK_S * 1000;
    this.lockout = new LoginLockout({ failuresPerMinute: config.LOGIN_FAILURES_PER_MINUTE, lockMs }, clock, {
      onLock: (lock, claim, address) => this.noteLock(lock, claim, address),
      onRefused: () => counters.lockedLogins.inc(),
    });
  }

  /** Puts the lockout before an admission, and the connect rate behind it. */
  admission(admission: Pick<Admission, 'decide' | 'misuse'>): GuardedAdmission {
    return new GuardedAdmission(admission, this.lockout, this.connectRate);
  }

  /** Bounds the bytes that are read from a device's connection, and the work that they make. */
  paceReads(conn: Duplex): void {
    const { options, clock } = this;
    const { UPLINK_BYTES_PER_SECOND_PER_DEVICE, FRAMES_PER_SECOND_PER_DEVICE } = options.config;
    const pace = paceReads(conn, {
      bytesPerSecond: UPLINK_BYTES_PER_SECOND_PER_DEVICE,
      workPerSecond: FRAMES_PER_SECOND_PER_DEVICE,
      maxFirstBytes: limits.maxConnectBytes,
      maxFilters: limits.maxFiltersAtOnce,
      clock,
      onPause: () => this.metrics.readPauses.inc(),
    });
    this.paces.set(peerOf(conn), pace);
  }

  /** So many devices speak over the connection of that peer. */
  share(peer: Peer, devices: number): void {
    this.paces.get(peer)?.share(Math.min(devices, limits.maxShares));
  }

  private noteLock(lock: Lock, { productKey, deviceName }: Claim, address: string): void {
    const { config, journal } = this.options;
    this.metrics.locks.inc({ of: lock });
    const from = addressKey(address) || 'an address that is not told';
    const seconds = config.LOGIN_LOCK_S;
    const what: Record<Lock, string> = {
      pair: `logins of this device from ${from} are refused for ${seconds} s`,
      slowPair: `wrong logins of this device from ${from}, where it has logged in well, are answered late for ${seconds} s`,
      slowAddress: `wrong logins from ${from}, whoever they are for, are answered late for ${seconds} s`,
    };
    const text =
      `${what[lock]}: too many failed within a minute; ` +
      'compare the device with dmctl device connect-params, or find out who is guessing';
    // What stands for a device is anything that a client has sent: not for a log.
    const about = { productKey, deviceName: productKey && deviceName, isUnproven: true };
    journal.note({ kind: 'refuse', ...about, code: 4, text });
  }
}
