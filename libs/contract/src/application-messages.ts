/**
 * What dm tells applications of devices: `application.>`, in the structs that unitedrhino's services decode. Facts of its
 * public source, package `application`: times are unix milliseconds as text, a state is a number, params are objects.
 * Members that its structs lack are passed over there. Each message is the `data` of an envelope.
 */
import { OnlineState } from './enumerations';
import { subjects } from './subjects';
import type { Json, JsonObject } from './device-message';

/** A device, as each message names it. */
export interface ApplicationDevice {
  readonly productID: string;
  readonly deviceName: string;
}

/** A message for applications, ready to go into an envelope. */
export interface ApplicationMessage {
  readonly subject: string;
  /** JSON text. */
  readonly data: string;
}

export interface PropertyReport {
  /** Unix milliseconds at which the values were read. */
  readonly timestamp: number;
  /** At least one. */
  readonly params: JsonObject;
  /** Decimal id of the user at whose wish the device took the values; absent where it reported them by itself. */
  readonly operatorUserID?: string;
  /** What was measured while the device was offline, and is no news of how things are now; unitedrhino has no such member. */
  readonly history?: true;
}

export interface EventReport {
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly identifier: string;
  /** As the thing model has it: `info`, `alert` or `fault`. */
  readonly type: string;
  readonly params: JsonObject;
  /** As of {@link PropertyReport}. */
  readonly history?: true;
}

/** A call of an action, which Alibaba calls a service, or the answer to one. */
export interface ActionReport {
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly actionID: string;
  /** What belongs together: a call and its answer. */
  readonly msgToken: string;
  readonly reqType: 'req' | 'resp';
  /** `down` goes to the device, `up` comes from it. */
  readonly dir: 'up' | 'down';
  /** Input of a call, output of an answer; what is no object is told as none. */
  readonly params?: Json;
  /** How the call ended, 200 for well; only in answers. */
  readonly code?: number;
  readonly msg?: string;
  /** Decimal id of the user who calls. */
  readonly operatorUserID?: string;
}

/** A device went online or offline. */
export interface ConnectReport {
  readonly isOnline: boolean;
  /** Unix milliseconds. */
  readonly timestamp: number;
  /** Why, in words; unitedrhino has no such member. */
  readonly reason: string;
  /** The gateway device that it is, or was, online through; absent for a connection of its own. No member there either. */
  readonly via?: ApplicationDevice | undefined;
}

/** Ids of users are int64 on the wire, more than a number holds exactly. */
const withOperator = (body: object, operatorUserID = '0'): string => {
  const text = JSON.stringify(body);
  return /^[1-9]\d*$/.test(operatorUserID) ? `${text.slice(0, -1)},"operatorUserId":${operatorUserID}}` : text;
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names only: whoever calls may have more of the device at hand. */
const named = ({ productID, deviceName }: ApplicationDevice) => ({ productID, deviceName });

/** One message for each property, and one for all. */
export const propertyReports = (
  device: ApplicationDevice,
  { timestamp: time, params, operatorUserID, history }: PropertyReport,
): ApplicationMessage[] => {
  const { productID, deviceName } = device;
  const { application } = subjects;
  const base = { device: named(device), timestamp: String(time), history };
  const each = Object.entries(params).map(([identifier, param]) => ({
    subject: application.property(productID, deviceName, identifier),
    data: withOperator({ ...base, identifier, param }, operatorUserID),
  }));
  return [
    { subject: application.propertiesV2(productID, deviceName), data: JSON.stringify({ ...base, params }) },
    ...each,
  ];
};

export const eventReport = (device: ApplicationDevice, report: EventReport): ApplicationMessage => {
  const { timestamp: time, identifier, type, params, history } = report;
  const timestamp = String(time);
  return {
    subject: subjects.application.event(device.productID, device.deviceName, type, identifier),
    data: JSON.stringify({ device: named(device), timestamp, identifier, type, params, history }),
  };
};

export const actionReport = (device: ApplicationDevice, report: ActionReport): ApplicationMessage => {
  const { timestamp: time, actionID, msgToken, reqType, dir, code, msg, operatorUserID } = report;
  const timestamp = String(time);
  const params = isObject(report.params) ? report.params : {};
  const body = { device: named(device), msgToken, timestamp, actionID, params, code, msg, dir, reqType };
  return {
    subject: subjects.application.action(device.productID, device.deviceName, actionID, reqType, dir),
    data: withOperator(body, operatorUserID),
  };
};

export const connectReport = (
  device: ApplicationDevice,
  { isOnline, timestamp: time, reason, via }: ConnectReport,
): ApplicationMessage => {
  const status = isOnline ? OnlineState.online : OnlineState.offline;
  return {
    subject: subjects.application.status(device.productID, device.deviceName),
    data: JSON.stringify({ device: named(device), status, timestamp: String(time), reason, via: via && named(via) }),
  };
};
