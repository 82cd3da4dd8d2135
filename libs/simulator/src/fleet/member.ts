/** One device of a fleet, with its connection and its timer. */
import type { Login } from '@alink/signing';
import type { DevicePort, Outgoing } from '../device/port';
import { SimulatedDevice, type DeviceOptions } from '../device/simulated-device';
import type { Tally } from '../device/tally';
import { encrypted, type ClientCertificate, type Endpoint } from '../line/endpoint';
import { MqttLine, type LineEvents } from '../line/mqtt-line';
import { Alarm } from './alarm';

/** What a device of a fleet is made of. */
export interface MemberOptions extends DeviceOptions {
  readonly endpoint: Endpoint;
  readonly certificate?: ClientCertificate;
}

export class Member implements DevicePort {
  readonly device: SimulatedDevice;
  protected line: MqttLine | undefined;
  private readonly alarm = new Alarm(this.now, () => this.device.wake());

  constructor(
    protected readonly options: MemberOptions,
    tally: Tally,
  ) {
    this.device = new SimulatedDevice(options, this, tally);
  }

  get isNeeded(): boolean {
    return false;
  }

  now(): number {
    return performance.now();
  }

  wakeAt(time: number): void {
    this.alarm.set(time);
  }

  connect(login: Login, { encrypted: overTls, clean }: { encrypted: boolean; clean: boolean }): void {
    const { endpoint, certificate, keepaliveS } = this.options;
    const where = overTls ? encrypted(endpoint) : endpoint;
    this.line = new MqttLine({ endpoint: where, certificate, login, clean, keepaliveS }, this.events);
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

  /** Who hears of the connection. */
  protected get events(): LineEvents {
    return this.device;
  }

  /** The connection is no more, or none of its own. */
  protected forget(): void {
    this.line = undefined;
    this.alarm.clear();
  }
}
