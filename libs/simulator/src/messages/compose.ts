/** The messages of a device, as bytes: topics and payloads of Alibaba Cloud IoT ("Alink protocol", "NTP", "Device shadow"). */
import type { DeviceIdentity } from '@alink/signing';
import type { Json, JsonObject, ThingModel } from '@alink/thing-model';
import { sysTopic } from '@alink/topic';
import { drawReport, propertiesOf } from '../values/draw-report';
import { drawParams } from '../values/draw-value';
import { randomOf, type Random } from '../values/random';
import type { Due } from './agenda';
import type { MessageKind } from './kinds';

/** Who speaks, and what its words are drawn from. */
export interface Speaker {
  readonly device: DeviceIdentity;
  readonly model: ThingModel;
  readonly seed: string;
  /** Unix milliseconds of the device's beginning: values then bear times. Without it they are as old as their arrival. */
  readonly startTime?: number;
  /** Properties in one report at most. */
  readonly perReport?: number;
  /** Of reports and requests; what the documentation demands at QoS 0 stays there. */
  readonly qos: 0 | 1;
}

export interface Message {
  readonly kind: MessageKind;
  /** A number that counts the messages of the device: the id of the request, where it has one. */
  readonly id: string;
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1;
}

/** Where no beginning is given, whatever must bear a time counts from here: 2023-11-14T22:13:20Z. */
const SOME_DAY = 1_700_000_000_000;

/** What a kind of message is made of. */
interface Draft {
  readonly number: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly random: Random;
  readonly speaker: Speaker;
}

type Params = (draft: Draft) => { readonly path: string; readonly params: Json };

/**
 * The message that is due, of a kind for which the model has words: properties, events.
 * @param count of the messages of the device, this one included: its Alink id
 */
export const compose = (speaker: Speaker, due: Due, count: number): Message => {
  const { device, seed, startTime = SOME_DAY, qos } = speaker;
  const { kind, number, atMs } = due;
  const random = randomOf(seed, device.deviceName, kind, number);
  const draft: Draft = { number, time: startTime + atMs, random, speaker };
  const { productKey, deviceName } = device;
  const id = String(count);
  if (kind === 'ntp') {
    const payload = `{"deviceSendTime":"${draft.time}"}`;
    return { kind, id, topic: `/ext/ntp/${productKey}/${deviceName}/request`, payload, qos: 0 };
  }
  if (kind === 'shadow') {
    const topic = `/shadow/update/${productKey}/${deviceName}`;
    return { kind, id, topic, payload: '{"method":"get"}', qos };
  }
  const { path, params } = writers[kind](draft);
  const envelope = { id, version: '1.0', params, method: path.replaceAll('/', '.') };
  return { kind, id, topic: sysTopic(device, path), payload: JSON.stringify(envelope), qos };
};

const writers: Readonly<Record<Exclude<MessageKind, 'ntp' | 'shadow'>, Params>> = {
  properties: ({ number, time, random, speaker: { model, perReport, startTime } }) => ({
    path: 'thing/event/property/post',
    params: drawReport(
      propertiesOf(model.properties, number, perReport),
      random,
      time,
      startTime === undefined ? undefined : time,
    ),
  }),
  event: ({ number, time, random, speaker: { model, startTime } }) => {
    const { identifier, output } = model.events[number % model.events.length]!;
    const value = drawParams(output, random, time);
    const params: JsonObject = startTime === undefined ? { value } : { value, time };
    return { path: `thing/event/${identifier}/post`, params };
  },
  history: ({ number, time, random, speaker: { device, model } }) => {
    const { productKey, deviceName } = device;
    // An hour old: what a device catches up on.
    const then = time - 3_600_000;
    const values = drawReport(propertiesOf(model.properties, number, 1), random, then, then);
    return {
      path: 'thing/event/property/history/post',
      params: [{ identity: { productKey, deviceName }, properties: [values], events: [] }],
    };
  },
  batch: ({ number, time, random, speaker: { model } }) => {
    const some = propertiesOf(model.properties, number, 2);
    const samples = [time - 1000, time].map((then) => drawReport(some, random, then, then));
    const lists = some.map(({ identifier }): [string, Json] => [identifier, samples.map((all) => all[identifier]!)]);
    return { path: 'thing/event/property/batch/post', params: { properties: Object.fromEntries(lists) } };
  },
  tags: ({ number }) => ({
    path: 'thing/deviceinfo/update',
    params: [{ attrKey: 'simulated', attrValue: String(number + 1) }],
  }),
  desired: ({ number, speaker: { model } }) => {
    const settable = model.properties.filter(({ accessMode }) => accessMode === 'rw');
    return {
      path: 'thing/property/desired/get',
      params: propertiesOf(settable, number).map(({ identifier }) => identifier),
    };
  },
  config: () => ({ path: 'thing/config/get', params: { configScope: 'product', getType: 'file' } }),
  log: ({ number, time }) => ({ path: 'thing/log/post', params: [logEntry(number, time)] }),
  network: ({ time, random }) => ({
    path: '_thing/diag/post',
    params: {
      p: {
        wifi: { rssi: random.whole(40, 90), snr: random.whole(10, 40), per: random.whole(0, 20), err_stats: '' },
        _time: time,
      },
      model: 'quantity=single|format=simple|time=now',
    },
  }),
  model: () => ({ path: 'thing/dsltemplate/get', params: {} }),
};

/** As the documentation's example, "Device logs". */
const logEntry = (number: number, time: number): JsonObject => ({
  utcTime: new Date(time).toISOString().replace('Z', '+0000'),
  logLevel: 'INFO',
  module: 'simulator',
  code: '200',
  traceContext: String(number + 1),
  logContent: 'simulated',
});
