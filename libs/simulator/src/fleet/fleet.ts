/** Many simulated devices in one process. */
import { Tally } from '../device/tally';
import { Member, type MemberOptions } from './member';
import { reportOf, type FleetReport } from './report';

export interface FleetOptions {
  readonly devices: readonly MemberOptions[];
  /** Devices that begin to connect within a second. */
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

  constructor(private readonly options: FleetOptions) {
    this.members = options.devices.map((device) => new Member(device, this.tally));
  }

  get progress(): FleetProgress {
    const { sent, accepted, refused } = this.tally.reports;
    return { devices: this.members.length, online: this.online, ended: this.ended, sent, accepted, refused };
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
      return passed >= durationMs || this.ended === this.members.length;
    });
    const onlineAtEnd = this.online;
    const took = performance.now() - began;
    await this.leave();
    return reportOf(
      this.members.map(({ device }) => device),
      onlineAtEnd,
      this.tally,
      took,
    );
  }

  private get online(): number {
    return this.members.filter(({ device }) => device.isOnline).length;
  }

  private get ended(): number {
    return this.members.filter(({ device }) => device.hasEnded).length;
  }

  private async leave(): Promise<void> {
    for (const { device } of this.members) device.leave();
    await every(STEP_MS, AbortSignal.timeout(LEAVE_MS), () => this.ended === this.members.length);
    for (const { device } of this.members) device.endNow();
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
