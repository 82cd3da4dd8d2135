/** From the platform's request to what the device receives. */
import { extRrpcTopic, sysTopic } from '@alink/topic';
import { catalogue } from './catalogue';
import type { DownlinkMessage } from './device-message';
import type { DownlinkRequest } from './route';

export interface DownlinkTarget {
  readonly productKey: string;
  readonly deviceName: string;
  /** `ext` of the connection's ClientID (a sub-device has its gateway's): bit 0 = RRPC with full topic. */
  readonly ext: number;
  /** How a service is called: `sync` goes by RRPC. Asynchronously when absent; other requests always are. */
  readonly callType?: 'async' | 'sync';
  /** Alink id in place of a `msgToken` that {@link isAlinkId} does not take. The answer then carries this id. */
  readonly id?: string;
}

export interface Downlink {
  readonly topic: string;
  readonly payload: string;
  /** As the platform: many small programs know a PUBLISH by its first byte 0x30 alone. */
  readonly qos: 0;
  /** `requestId` of the answer. */
  readonly replyKey: string;
}

/**
 * The ids of the platform's requests: 8 to 10 digits in every log of a device, and at most what fits 32 bits ("Alibaba
 * Cloud IoT documentation, 'Alink protocol'"). C SDKs drop a request with another kind of id silently (`dm_message.c`),
 * and small programs drop one that is shorter than they expect.
 */
export const alinkIds = { min: 10_000_000, max: 2 ** 32 - 1 } as const;

/** True for the digits of an id within {@link alinkIds}. */
export const isAlinkId = (text: string): boolean => /^[1-9]\d{7,9}$/.test(text) && Number(text) <= alinkIds.max;

const encoders = new Map(
  catalogue.flatMap((route) =>
    'down' in route && typeof route.down === 'object' ? [[route.down.method, route.down.encode] as const] : [],
  ),
);

/** What goes out by the method `request`. */
const requestPaths: ReadonlySet<string> = new Set(
  catalogue.flatMap((route) =>
    'down' in route && typeof route.down === 'object' && route.down.method === 'request' ? [route.topic.path] : [],
  ),
);

/** Bit 0 of `ext`: the device knows `/ext/rrpc/{id}/{topic}` (Link SDK for C 4.x, Python SDK, Android SDK). */
const RRPC_WITH_TOPIC = 1;

/** Something that fills one topic level and cannot be taken for a wildcard. */
const isLevel = (text: string): boolean => /^[^/+#\0]{1,128}$/u.test(text);

const topicOf = ({ path, synchronous }: DownlinkRequest, id: string, target: DownlinkTarget): string => {
  if (!synchronous || target.callType !== 'sync') return sysTopic(target, path);
  return target.ext & RRPC_WITH_TOPIC
    ? extRrpcTopic(id, sysTopic(target, path))
    : sysTopic(target, `rrpc/request/${id}`);
};

/**
 * Makes the Alink request of a platform message, byte for byte as devices have always been sent it: compact, in the order
 * method, id, params, version. The C SDK 3.x drops one in which a member is missing; small programs take the version at
 * the end for the end of the message. Throws RangeError for a method or a path that is not sent to devices, and for an id
 * or a service name that cannot stand in a topic.
 */
export const encodeDownlink = (message: DownlinkMessage, target: DownlinkTarget): Downlink => {
  const encode = encoders.get(message.method);
  if (!encode) throw new RangeError(`method ${message.method} is not sent to devices`);
  const id = target.id ?? message.msgToken;
  if (!isLevel(id)) throw new RangeError('the id cannot stand in a topic');
  if (message.method === 'action' && !isLevel(message.actionID)) {
    throw new RangeError('the service identifier cannot stand in a topic');
  }
  if (message.method === 'request' && !requestPaths.has(message.path)) {
    throw new RangeError('the path is that of no request to devices');
  }
  const request = encode(message);
  const method = request.path.replaceAll('/', '.');
  const named = message.method === 'request' && message.of ? { ...target, ...message.of } : target;
  return {
    topic: topicOf(request, id, named),
    payload: `{"method":${JSON.stringify(method)},"id":${JSON.stringify(id)},"params":${JSON.stringify(request.params ?? {})},"version":"1.0.0"}`,
    qos: 0,
    replyKey: id,
  };
};
