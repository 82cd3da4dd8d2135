/**
 * What applications of unitedrhino read of `application.>`: its structs, strictly (unitedrhino, things: domain of the
 * applications; the subjects are those that its rule engine and its application servers listen to).
 */
import type { DeviceRef } from '../dm/state';
import { GoStruct } from './go-json';

type Params = Readonly<Record<string, unknown>>;

interface OfDevice {
  readonly device: DeviceRef;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/** `PropertyReport`. */
export interface PropertyReport extends OfDevice {
  readonly kind: 'property';
  readonly identifier: string;
  readonly param: unknown;
}
/** `PropertyReportV2`. */
export interface PropertiesReport extends OfDevice {
  readonly kind: 'properties';
  readonly params: Params;
}
/** `EventReport`. */
export interface EventReport extends OfDevice {
  readonly kind: 'event';
  readonly identifier: string;
  readonly type: string;
  readonly params: Params;
}
/** `ActionReport`. */
export interface ActionReport extends OfDevice {
  readonly kind: 'action';
  readonly msgToken: string;
  readonly actionID: string;
  readonly params: Params;
  readonly code: number;
  readonly msg: string;
  readonly dir: string;
  readonly reqType: string;
}
/** `ConnectMsg`. */
export interface ConnectMessage extends OfDevice {
  readonly kind: 'status';
  /** 1 connected, 2 disconnected. */
  readonly status: number;
}

export type ApplicationMessage = PropertyReport | PropertiesReport | EventReport | ActionReport | ConnectMessage;

/** A struct's reader, without what all have. */
type Rest<M extends ApplicationMessage> = (message: GoStruct) => Omit<M, keyof OfDevice>;

const property: Rest<PropertyReport> = (message) => ({
  kind: 'property',
  identifier: message.text('identifier'),
  param: message.any('param'),
});

const properties: Rest<PropertiesReport> = (message) => ({ kind: 'properties', params: message.map('params') });

const event: Rest<EventReport> = (message) => ({
  kind: 'event',
  identifier: message.text('identifier'),
  type: message.text('type'),
  params: message.map('params'),
});

const action: Rest<ActionReport> = (message) => ({
  kind: 'action',
  msgToken: message.text('msgToken'),
  actionID: message.text('actionID'),
  params: message.map('params'),
  code: message.int('code'),
  msg: message.text('msg'),
  dir: message.text('dir'),
  reqType: message.text('reqType'),
});

const connection: Rest<ConnectMessage> = (message) => ({ kind: 'status', status: message.int('status') });

/** Which subjects carry which struct; others nobody listens to. */
const READERS: readonly (readonly [RegExp, Rest<ApplicationMessage>])[] = [
  [/^application\.device\.[^.]+\.[^.]+\.report\.thing\.property\.[^.]+/, property],
  [/^application\.v2\.device\.[^.]+\.[^.]+\.report\.thing\.property$/, properties],
  [/^application\.device\.[^.]+\.[^.]+\.report\.thing\.event\.[^.]+\.[^.]+$/, event],
  [/^application\.device\.[^.]+\.[^.]+\.report\.thing\.action\.[^.]+\.(req|resp)\.(up|down)$/, action],
  [/^application\.device\.[^.]+\.[^.]+\.status\.(connected|disconnected)$/, connection],
];

/**
 * @throws {SyntaxError | GoJsonError} on what its struct cannot take, and on a subject that none of its listeners has
 */
export const readApplicationMessage = (subject: string, data: string): ApplicationMessage => {
  const [, read] = READERS.find(([pattern]) => pattern.test(subject)) ?? [];
  if (!read) throw new TypeError(`nobody of unitedrhino listens to ${subject}`);
  const message = GoStruct.parse(data, 'application message');
  const device = message.struct('device', 'Core');
  return {
    device: { productID: device.text('productID'), deviceName: device.text('deviceName') },
    timestamp: message.intText('timestamp'),
    ...read(message),
  } as ApplicationMessage;
};
