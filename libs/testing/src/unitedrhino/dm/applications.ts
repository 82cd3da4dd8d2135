/** What unitedrhino's dm tells applications (unitedrhino, things: domain of the applications; topics). */
import type { RhinoBus } from '../bus/rhino-bus';
import type { DeviceRef } from './state';

type Params = Readonly<Record<string, unknown>>;

const coreOf = ({ productID, deviceName }: DeviceRef): DeviceRef => ({ productID, deviceName });

export interface ActionNews {
  readonly actionID: string;
  readonly msgToken: string;
  readonly params?: Params;
  readonly code?: number;
  readonly msg?: string;
  readonly dir: 'up' | 'down';
  readonly reqType: 'req' | 'resp';
}

export class Applications {
  constructor(private readonly bus: RhinoBus) {}

  /** Both, online and offline, go out on the subject that says "disconnected". */
  async status(device: DeviceRef, status: number, timestamp: number): Promise<void> {
    await this.tell(`application.device.${subjectOf(device)}.status.disconnected`, device, timestamp, { status });
  }

  /** One message for each property, and one for all of them. */
  async properties(device: DeviceRef, params: Params, timestamp: number): Promise<void> {
    for (const [identifier, param] of Object.entries(params)) {
      const subject = `application.device.${subjectOf(device)}.report.thing.property.${identifier}`;
      await this.tell(subject, device, timestamp, { identifier, param });
    }
    const subject = `application.v2.device.${subjectOf(device)}.report.thing.property`;
    await this.tell(subject, device, timestamp, { params });
  }

  async event(device: DeviceRef, type: string, identifier: string, params: Params, timestamp: number): Promise<void> {
    const subject = `application.device.${subjectOf(device)}.report.thing.event.${type}.${identifier}`;
    await this.tell(subject, device, timestamp, { identifier, type, params });
  }

  async action(device: DeviceRef, news: ActionNews, timestamp: number): Promise<void> {
    const { actionID, reqType, dir } = news;
    const subject = `application.device.${subjectOf(device)}.report.thing.action.${actionID}.${reqType}.${dir}`;
    // Its struct leaves out what is empty.
    await this.tell(subject, device, timestamp, { ...news, code: news.code || undefined, msg: news.msg || undefined });
  }

  private tell(subject: string, device: DeviceRef, timestamp: number, more: object): Promise<void> {
    const message = { device: coreOf(device), timestamp: String(timestamp), ...more };
    return this.bus.publish(subject, JSON.stringify(message));
  }
}

const subjectOf = ({ productID, deviceName }: DeviceRef): string => `${productID}.${deviceName}`;
