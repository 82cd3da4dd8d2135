/** A sub-device of a simulated gateway device: it has that one's connection in place of its own, and logs in over it. */
import type { DevicePort, Outgoing } from '../device/port';
import { SimulatedDevice, type DeviceOptions } from '../device/simulated-device';
import type { Tally } from '../device/tally';
import type { SubClient } from '../gateway/sub-client';
import { Alarm } from './alarm';

/** What a sub-device has of its gateway device. */
export interface Uplink {
  /** Brings it online, sooner or later. */
  enter(client: SubClient): void;
  giveUp(client: SubClient): void;
  leave(client: SubClient): void;
  publish(device: SimulatedDevice, message: Outgoing): void;
  subscribe(filters: readonly string[]): void;
  /** It has left for good. */
  ended(): void;
}

export interface SubMemberOptions extends DeviceOptions {
  /** Empty where it is to be registered first. */
  readonly deviceSecret: string;
}

export class SubMember implements DevicePort, SubClient {
  readonly device: SimulatedDevice;
  readonly isNeeded = false;
  deviceSecret: string;
  stage: SubClient['stage'];
  /** Whether it waits until its gateway device has brought it online, however long that takes. */
  private isEntering = false;
  private readonly alarm = new Alarm(this.now, () => this.device.wake());

  constructor(
    private readonly options: SubMemberOptions,
    private readonly uplink: Uplink,
    tally: Tally,
  ) {
    this.deviceSecret = options.deviceSecret;
    this.stage = this.deviceSecret === '' ? 'register' : 'attach';
    this.device = new SimulatedDevice(options, this, tally);
  }

  get identity() {
    return this.options.speaker.device;
  }

  now(): number {
    return performance.now();
  }

  wakeAt(time: number): void {
    if (!this.isEntering) this.alarm.set(time);
  }

  connect(): void {
    this.isEntering = true;
    this.alarm.clear();
    this.uplink.enter(this);
  }

  loggedIn(): void {
    this.isEntering = false;
    if (this.device.hasEnded) this.uplink.leave(this);
    else this.device.opened();
  }

  refused(why: string): void {
    this.isEntering = false;
    if (!this.device.hasEnded) this.device.failed(why);
  }

  loggedOut(): void {
    if (this.device.isOnline) this.device.closed();
  }

  publish(message: Outgoing): void {
    this.uplink.publish(this.device, message);
  }

  subscribe(filters: readonly string[]): void {
    this.uplink.subscribe(filters);
  }

  ping(): void {
    // Its gateway device does.
  }

  end(): void {
    this.uplink.leave(this);
    this.forget();
  }

  cut(): void {
    this.uplink.giveUp(this);
    this.forget();
  }

  private forget(): void {
    this.alarm.clear();
    // It has ended, or goes on, once this call is over.
    queueMicrotask(() => this.device.hasEnded && this.uplink.ended());
  }
}
