/** Uplinks of the thing model: what is kept of them, and what the device is answered (unitedrhino, things: deviceMsgEvent). */
import type { ReadMessage, ReadPublish } from '../caller/device-publish';
import { RhinoError } from '../wire/rhino-error';
import { ROOT_USER } from '../wire/user-context';
import type { Applications } from './applications';
import { changeDevice } from './devices';
import { defaultValue } from './define';
import type { Notices } from './notices';
import type { PendingRequests } from './pending';
import type { Reports } from './reports';
import { RhinoModel } from './rhino-model';
import { isSame, type DeviceRef, type DmState } from './state';

/** Its reply to a method; others are answered with their own name. */
const REPLIES: Readonly<Record<string, string>> = {
  report: 'reportReply',
  packReport: 'packReportReply',
  reportInfo: 'reportInfoReply',
  getStatus: 'getStatusReply',
  eventPost: 'eventReply',
  action: 'actionReply',
  control: 'controlReply',
  getNtp: 'getNtpReply',
};

export const replyTo = (method: string): string => REPLIES[method] ?? method;

export interface ThingParts {
  readonly state: DmState;
  readonly reports: Reports;
  readonly applications: Applications;
  readonly notices: Notices;
  readonly pending: PendingRequests;
}

/** What becomes of an uplink: whether the device is answered, and with which data. */
export type Outcome = { readonly answered: boolean; readonly data?: unknown };

const ANSWERED: Outcome = { answered: true };
const SILENT: Outcome = { answered: false };

type Params = Readonly<Record<string, unknown>>;

/** What a device says of itself; its tags are those from now on, all of them. */
interface DeviceSays {
  readonly version?: string;
  readonly tags?: Record<string, string>;
  readonly mac?: string;
  readonly imei?: string;
  readonly hardInfo?: string;
  readonly softInfo?: string;
}

const isParams = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class ThingUplinks {
  constructor(private readonly parts: ThingParts) {}

  /**
   * @throws {RhinoError} for what it refuses: an event or a report that the model does not know is answered with that error,
   *   a method that it has not is not answered at all
   */
  async take(publish: ReadPublish, message: ReadMessage): Promise<Outcome> {
    switch (publish.type) {
      case 'property':
        return this.property(publish, message);
      case 'event':
        return this.event(publish, message);
      case 'action':
        return this.action(publish, message);
      default:
        throw new Unanswered(100006, [`things types is err:${publish.type}`]);
    }
  }

  private async property(publish: ReadPublish, message: ReadMessage): Promise<Outcome> {
    switch (message.method) {
      case 'report':
        await this.report(publish, message.params, timeOf(publish, message));
        return ANSWERED;
      case 'packReport':
        await this.packReport(publish, message);
        return ANSWERED;
      case 'reportInfo':
        await this.reportInfo(publish, message.params);
        return ANSWERED;
      case 'getStatus':
        return { answered: true, data: this.statusOf(publish, message.identifiers) };
      case 'getReportReply':
        if (message.code !== 200) throw new Unanswered(2000004);
        await this.report(publish, isParams(message.data) ? message.data : {}, timeOf(publish, message));
        return SILENT;
      case 'controlReply':
        await this.controlReply(publish, message);
        return SILENT;
      default:
        throw new Unanswered(100013);
    }
  }

  private async report(publish: ReadPublish, params: Params, timestamp: number): Promise<void> {
    const values = this.modelOf(publish).takeProperties(params);
    if (Object.keys(values).length === 0) throw new RhinoError(100006, [], '参数错误:查不到物模型');
    await this.parts.reports.properties(publish, values, timestamp);
  }

  /** Of sub-devices that do not exist, or are not attached to the device, it keeps nothing, and says nothing. */
  private async packReport(publish: ReadPublish, message: ReadMessage): Promise<void> {
    const now = timeOf(publish, message);
    await this.keepPacked(publish, message, now);
    for (const subDevice of message.subDevices) {
      const gateway = this.parts.state.device(subDevice) && this.parts.state.gatewayOf(subDevice);
      if (gateway && isSame(gateway, publish)) await this.keepPacked(subDevice, subDevice, now);
    }
  }

  private async keepPacked(
    device: DeviceRef,
    { properties, events }: Pick<ReadMessage, 'properties' | 'events'>,
    now: number,
  ): Promise<void> {
    const model = this.modelOf(device);
    const taken = events.map(({ eventID, params, timestamp }) => ({
      eventID,
      timestamp,
      ...model.takeEvent(eventID, '', params),
    }));
    for (const { params, timestamp } of properties) {
      await this.parts.reports.properties(device, model.takeProperties(params), timestamp || now);
    }
    for (const { eventID, type, params, timestamp } of taken) {
      await this.parts.reports.event(device, eventID, type, params, timestamp || now);
    }
  }

  private async reportInfo(publish: ReadPublish, params: Params): Promise<void> {
    const device = this.parts.state.device(publish)!;
    const { tags, version, ...told } = params as DeviceSays;
    changeDevice(device, { ...told, tags, ...(version && { version: { value: version } }) }, ROOT_USER);
    await this.parts.notices.deviceStale(device);
    await this.parts.notices.device(device, 'update');
  }

  /** Values that wait for the device are handed over with this; the others are the latest, else their defaults. */
  private statusOf(publish: ReadPublish, identifiers: readonly string[]): Record<string, unknown> {
    const { latest, shadow } = this.parts.state.dataOf(publish);
    const data: Record<string, unknown> = {};
    const waiting: Record<string, unknown> = {};
    for (const [dataID, { value, deliveredAt }] of shadow) {
      if (deliveredAt !== undefined || (identifiers.length > 0 && !identifiers.includes(dataID))) continue;
      waiting[dataID] = value;
      shadow.set(dataID, { value, deliveredAt: Date.now() });
    }
    this.parts.reports.keepProperties(publish, waiting, Date.now());
    for (const { identifier, define } of this.modelOf(publish).properties) {
      if (identifiers.length > 0 && !identifiers.includes(identifier)) continue;
      data[identifier] = latest.get(identifier)?.value ?? defaultValue(define);
    }
    return { ...data, ...waiting };
  }

  /** A device that has taken over what it was told to has that value from now on. */
  private async controlReply(publish: ReadPublish, message: ReadMessage): Promise<void> {
    const asked = this.parts.pending.answered('property', publish, message);
    if (asked && message.code === 200) await this.report(publish, asked, timeOf(publish, message));
  }

  private async event(publish: ReadPublish, message: ReadMessage): Promise<Outcome> {
    if (message.method !== 'eventPost') throw new Unanswered(100013);
    const { type, params } = this.modelOf(publish).takeEvent(message.eventID, message.type, message.params);
    await this.parts.reports.event(publish, message.eventID, type, params, timeOf(publish, message));
    return ANSWERED;
  }

  private async action(publish: ReadPublish, message: ReadMessage): Promise<Outcome> {
    const { method, actionID, msgToken, code, msg, data, params } = message;
    const timestamp = timeOf(publish, message);
    if (method === 'action') {
      const news = { actionID, msgToken, params, dir: 'up', reqType: 'req' } as const;
      await this.parts.applications.action(publish, news, timestamp);
    } else if (method === 'actionReply' && this.parts.pending.answered('action', publish, message)) {
      const news = { actionID, msgToken, code, msg, dir: 'up', reqType: 'resp' } as const;
      await this.parts.applications.action(publish, { ...news, params: isParams(data) ? data : {} }, timestamp);
    }
    return SILENT;
  }

  private modelOf({ productID }: DeviceRef): RhinoModel {
    return this.parts.state.products.get(productID)?.model ?? RhinoModel.empty;
  }
}

/** An error that the device is not told. */
export class Unanswered extends RhinoError {}

/** Unix milliseconds: the message's own time, else that of its sender. */
const timeOf = (publish: ReadPublish, message: ReadMessage): number =>
  message.timestamp || publish.timestamp || Date.now();
