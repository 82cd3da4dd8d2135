/** Many simulated devices in one process. */
import type { SimulatedDevice } from '../device/simulated-device';
import { Tally } from '../device/tally';
import { GatewayMember, type GatewayOptions } from './gateway-member';
import { Member, type MemberOptions } from './member';
import { reportOf, type FleetReport } from './report';

export interface FleetOptions {
  /** Those with `subDevices` are gateway devices; the sub-devices log in over their connections. */
  readonly devices: readonly (MemberOptions | GatewayOptions)[];
  /** Devices with a connection of their own that begin to connect within a second. */
  readonly connectRate: number;
  /** Milliseconds after which the devices leave; without it they stay until each has sent what it has to. */
  readonly durationMs?: number;
}

/** How it goes, while it goes. */
export interface FleetProgress {
  readonly devices: number;
  readonly online: number;
  readonly ended: number;
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
}

/** How often devices are begun, and how often it is looked whether all are done. */
const STEP_MS = 50;
/** How long devices that leave wait for replies. */
const LEAVE_MS = 5000;

export class Fleet {
  private readonly tally = new Tally();
  private readonly members: readonly Member[];
  /** Of all members, and their sub-devices. */
  private readonly devices: readonly SimulatedDevice[];

  constructor(private readonly options: FleetOptions) {
    this.members = options.devices.map((device) =>
      'subDevices' in device ? new GatewayMember(device, this.tally) : new Member(device, this.tally),
    );
    this.devices = this.members.flatMap((member) => [
      member.device,
      ...(member instanceof GatewayMember ? member.subMembers.map(({ device }) => device) : []),
    ]);
  }

  get progress(): FleetProgress {
    const { sent, accepted, refused } = this.tally.reports;
    return { devices: this.devices.length, online: this.online, ended: this.ended, sent, accepted, refused };
  }

  /**
   * Connects all devices, and resolves when they have left: after what they had to send, after the duration, or when the
   * signal says so.
   */
  async run(signal: AbortSignal): Promise<FleetReport> {
    const began = performance.now();
    const { connectRate, durationMs = Infinity } = this.options;
    let started = 0;
    await every(STEP_MS, signal, () => {
      const passed = performance.now() - began;
      const due = Math.min(this.members.length, Math.ceil(((passed + STEP_MS) / 1000) * connectRate));
      for (; started < due; started++) this.members[started]!.device.start();
      return passed >= durationMs || this.ended === this.devices.length;
    });
    const onlineAtEnd = this.online;
    const took = performance.now() - began;
    await this.leave();
    return reportOf(this.devices, onlineAtEnd, this.tally, took);
  }

  private get online(): number {
    return this.devices.filter(({ isOnline }) => isOnline).length;
  }

  private get ended(): number {
    return this.devices.filter(({ hasEnded }) => hasEnded).length;
  }

  private async leave(): Promise<void> {
    for (const device of this.devices) device.leave();
    await every(STEP_MS, AbortSignal.timeout(LEAVE_MS), () => this.ended === this.devices.length);
    // Sub-devices before those whose connections they speak over.
    for (const device of this.devices.toReversed()) device.endNow();
  }
}

/** Calls again and again until the answer is true, or the signal aborts. */
const every = (stepMs: number, signal: AbortSignal, step: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearInterval(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setInterval(() => step() && done(), stepMs);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted || step()) done();
  });
