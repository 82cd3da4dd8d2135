/**
 * What a device measured while it was offline: `thing/event/property/history/post`. It is kept and told as history, and
 * moves no current value for which something newer is known. Source: Alibaba Cloud IoT documentation, "Device properties,
 * events, and services".
 */
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import { failed } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';
import { keepValid, SampleReader, wrongShape } from '../samples';
import { noTopology } from '../sub-devices';

/** A list of samples, each an object by identifier. */
const addEach = (
  given: unknown,
  member: string,
  add: (sample: unknown) => Problem | undefined,
): Problem | undefined => {
  if (given === undefined || given === null) return undefined;
  if (!Array.isArray(given)) return wrongShape(`${member} is no list`);
  for (const sample of given) {
    const problem = isRecord(sample) ? add(sample) : wrongShape(`${member} holds what is no object`);
    if (problem) return problem;
  }
  return undefined;
};

/** A device says only its own history; without an identity it can mean nobody else. */
const identityFault = (identity: unknown, { topic }: UplinkContext): Problem | undefined => {
  if (identity === undefined || identity === null) return undefined;
  if (!isRecord(identity)) return wrongShape('identity is no object');
  const { productKey, deviceName } = identity;
  return productKey === topic.productKey && deviceName === topic.deviceName ? undefined : noTopology;
};

const addEntry = (reader: SampleReader, entry: unknown, context: UplinkContext): Problem | undefined => {
  if (!isRecord(entry)) return wrongShape('params holds what is no object');
  const { identity, properties, events } = entry;
  return (
    identityFault(identity, context) ??
    addEach(properties, 'properties', (sample) => reader.addProperties(sample, 'sample')) ??
    addEach(events, 'events', (sample) => reader.addEvents(sample, 'sample'))
  );
};

/** `[{"identity":{..},"properties":[{"Temp":{"value":..,"time":..}},..],"events":[{"alarm":{"value":{..},"time":..}},..]}]` */
const post = (params: unknown, context: UplinkContext): RequestResult => {
  if (!Array.isArray(params)) return failed(wrongShape('params is no list'));
  const reader = new SampleReader(context.now, context.model);
  for (const entry of params) {
    const fault = addEntry(reader, entry, context);
    if (fault) return failed(fault);
  }
  return keepValid(reader.end(), context, { history: true });
};

export const propertyHistory: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: 'thing/event/property/history/post',
      meaning: 'report what was measured while offline',
      replyOn: '_reply',
    },
    body: alink,
    report: post,
  },
];
