/**
 * What a device measured while it was offline: `thing/event/property/history/post`. It is kept and told as history, and
 * moves no current value for which something newer is known. A gateway reports that of its sub-devices, too. Source: Alibaba Cloud IoT documentation, "Device properties,
 * events, and services".
 */
import type { CompiledModel } from '@alink/thing-model';
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import { failed } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';
import { keepValid, SampleReader, wrongShape, type Said } from '../samples';
import { notAttached, saidOf, tooManySubDevices, type SubDevice } from '../sub-devices';

/** Sub-devices in one message: no limit is documented but for packs. As many may log in at once. */
const MAX_SUB_DEVICES = 50;

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

/** A device of which the message says something, and what it says. */
interface Heard extends Pick<Said, 'model' | 'of'> {
  readonly reader: SampleReader;
}

/** Hears what a message says of each device: the one that sends it, and its sub-devices. */
class Hearing {
  private readonly devices = new Map<string, Heard>();
  private readonly message = { samples: 0 };
  private subDevices = 0;

  constructor(private readonly context: UplinkContext) {}

  /** Of whom an entry speaks; a problem where the device may not. Without an identity it can mean nobody but itself. */
  deviceOf(identity: unknown): Heard | Problem {
    if (identity === undefined || identity === null) return this.own();
    if (!isRecord(identity)) return wrongShape('identity is no object');
    const { productKey, deviceName } = identity;
    const { topic, subDevice } = this.context;
    if (productKey === topic.productKey && deviceName === topic.deviceName) return this.own();
    if (typeof productKey !== 'string' || typeof deviceName !== 'string') return wrongShape('identity has no names');
    const of = subDevice?.({ productKey, deviceName });
    if (!of) return notAttached({ productKey, deviceName });
    const key = `${of.productID}/${of.deviceName}`;
    if (!this.devices.has(key) && ++this.subDevices > MAX_SUB_DEVICES) return tooManySubDevices(MAX_SUB_DEVICES);
    return this.heard(key, of.model, of);
  }

  /** What was said of each. */
  end(): Said[] {
    return [...this.devices.values()].map(({ reader, ...device }) => ({ ...device, samples: reader.end() }));
  }

  private own(): Heard {
    return this.heard('', this.context.model);
  }

  private heard(key: string, model: CompiledModel, of?: SubDevice): Heard {
    const known = this.devices.get(key);
    if (known) return known;
    const heard = { model, of, reader: new SampleReader(this.context.now, model, this.message) };
    this.devices.set(key, heard);
    return heard;
  }
}

const addEntry = (hearing: Hearing, entry: unknown): Problem | undefined => {
  if (!isRecord(entry)) return wrongShape('params holds what is no object');
  const { identity, properties, events } = entry;
  const device = hearing.deviceOf(identity);
  if ('step' in device) return device;
  const { reader, of } = device;
  const fault =
    addEach(properties, 'properties', (sample) => reader.addProperties(sample, 'sample')) ??
    addEach(events, 'events', (sample) => reader.addEvents(sample, 'sample'));
  return fault && of ? saidOf(fault, of) : fault;
};

/** `[{"identity":{..},"properties":[{"Temp":{"value":..,"time":..}},..],"events":[{"alarm":{"value":{..},"time":..}},..]}]` */
const post = (params: unknown, context: UplinkContext): RequestResult => {
  if (!Array.isArray(params)) return failed(wrongShape('params is no list'));
  const hearing = new Hearing(context);
  for (const entry of params) {
    const fault = addEntry(hearing, entry);
    if (fault) return failed(fault);
  }
  return keepValid(hearing.end(), context, { history: true });
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
