/**
 * Properties and events at once, a gateway's and those of its sub-devices: `thing/event/property/pack/post`. All or nothing:
 * what is wrong with one value refuses the whole. Source: Alibaba Cloud IoT documentation, "Device properties, events, and
 * services".
 */
import { alink } from '../bodies/alink';
import type { SubDeviceSamples } from '../device-message';
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import { failed, paramsNoObject } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';
import { isEmpty, noSamples, packOf, SampleReader, wrongShape } from '../samples';
import { notAttached, saidOf, tooManySubDevices, type SubDevice } from '../sub-devices';

/** Sub-devices in one pack (documentation, "Error codes for devices", 6357). */
const MAX_SUB_DEVICES = 20;

/** A part of the pack, and whose it is. */
interface Part extends Pick<SubDevice, 'model'> {
  readonly given: Readonly<Record<string, unknown>>;
}

/** The sub-device that a part names; a problem where it is none of this gateway. */
const subDeviceOf = (part: unknown, { subDevice }: UplinkContext): (Part & SubDevice) | Problem => {
  const identity = isRecord(part) ? part.identity : undefined;
  if (!isRecord(part) || !isRecord(identity)) return wrongShape('a sub-device has no identity');
  const { productKey, deviceName } = identity;
  if (typeof productKey !== 'string' || typeof deviceName !== 'string') {
    return wrongShape('a sub-device has no identity');
  }
  const found = subDevice?.({ productKey, deviceName });
  return found ? { ...found, given: part } : notAttached({ productKey, deviceName });
};

/** Every sub-device that the pack names, each once. */
const subDevicesOf = (given: unknown, context: UplinkContext): (Part & SubDevice)[] | Problem => {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return wrongShape('subDevices is no list');
  if (given.length > MAX_SUB_DEVICES) return tooManySubDevices(MAX_SUB_DEVICES);
  const found = new Map<string, Part & SubDevice>();
  for (const part of given) {
    const subDevice = subDeviceOf(part, context);
    if ('step' in subDevice) return subDevice;
    const key = `${subDevice.productID}/${subDevice.deviceName}`;
    if (found.has(key)) return wrongShape('a sub-device occurs twice');
    found.set(key, subDevice);
  }
  return [...found.values()];
};

/** What one device has in the pack; a refusal of the whole pack where something of it is wrong. */
const readPart = ({ given, model }: Part, { now }: UplinkContext): OwnSamples | RequestResult => {
  const reader = new SampleReader(now, model);
  const fault = reader.addProperties(given.properties, 'sample') ?? reader.addEvents(given.events, 'sample');
  if (fault) return failed(fault);
  const samples = reader.end();
  const [cause, ...others] = samples.problems;
  if (cause) return { ...failed(cause, others), data: Object.fromEntries(samples.refused) };
  return { properties: samples.properties, events: samples.events };
};

type OwnSamples = Pick<SubDeviceSamples, 'properties' | 'events'>;

/** `{"properties":{"Temp":{"value":..,"time":..}},"events":{..},"subDevices":[{"identity":{..},"properties":{..}}]}` */
const post = (params: unknown, context: UplinkContext): RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const named = subDevicesOf(params.subDevices, context);
  if ('step' in named) return failed(named);
  const own = readPart({ given: params, model: context.model }, context);
  if ('code' in own) return own;
  const subDevices: SubDeviceSamples[] = [];
  for (const part of named) {
    const samples = readPart(part, context);
    if ('code' in samples) return { ...samples, problems: samples.problems.map((problem) => saidOf(problem, part)) };
    const { productID, deviceName } = part;
    if (!isEmpty(samples)) subDevices.push({ productID, deviceName, ...samples });
  }
  // A part without a value is no fault, as long as another one has any.
  if (isEmpty(own) && subDevices.length === 0) return failed(noSamples);
  const content = subDevices.length > 0 ? { ...own, subDevices } : own;
  return { code: 200, message: packOf(context.id, context.now, content), problems: [] };
};

export const propertyPack: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: 'thing/event/property/pack/post',
      meaning: 'report properties and events of a gateway and its sub-devices',
      replyOn: '_reply',
    },
    body: alink,
    report: post,
  },
];
