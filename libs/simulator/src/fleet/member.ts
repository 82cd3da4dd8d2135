/** One device of a fleet, with its connection and its timer. */
import type { Login } from '@alink/signing';
import type { DevicePort, Outgoing } from '../device/port';
import { SimulatedDevice, type DeviceOptions } from '../device/simulated-device';
import type { Tally } from '../device/tally';
import { encrypted, type ClientCertificate, type Endpoint } from '../line/endpoint';
import { MqttLine } from '../line/mqtt-line';

/** What a device of a fleet is made of. */
export interface MemberOptions extends DeviceOptions {
  readonly endpoint: Endpoint;
  readonly certificate?: ClientCertificate;
}

/** The longest that a timer of Node.js waits; a device that is woken early has nothing to do. */
const LONGEST_MS = 2 ** 31 - 1;

export class Member implements DevicePort {
  readonly device: SimulatedDevice;
  private line: MqttLine | undefined;
  private timer: NodeJS.Timeout | undefined;
  private wakesAt = Infinity;

  constructor(
    private readonly options: MemberOptions,
    tally: Tally,
  ) {
    this.device = new SimulatedDevice(options, this, tally);
  }

  now(): number {
    return performance.now();
  }

  wakeAt(time: number): void {
    // A timer that rings too early costs less than one that is set anew for each message.
    if (this.timer && this.wakesAt <= time) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (time === Infinity) return;
    this.wakesAt = time;
    this.timer = setTimeout(() => this.wake(), Math.min(LONGEST_MS, Math.max(0, time - this.now())));
  }

  connect(login: Login, { encrypted: overTls, clean }: { encrypted: boolean; clean: boolean }): void {
    const { endpoint, certificate, keepaliveS } = this.options;
    const where = overTls ? encrypted(endpoint) : endpoint;
    this.line = new MqttLine({ endpoint: where, certificate, login, clean, keepaliveS }, this.device);
  }

  publish({ topic, payload, messageId, again }: Outgoing): void {
    this.line?.publish(topic, payload, messageId, again);
  }

  subscribe(filters: readonly string[]): void {
    this.line?.subscribe(filters);
  }

  ping(): void {
    this.line?.ping();
  }

  end(): void {
    this.line?.end();
    this.forget();
  }

  cut(): void {
    this.line?.cut();
    this.forget();
  }

  private forget(): void {
    this.line = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wake(): void {
    this.timer = undefined;
    this.device.wake();
  }
}
