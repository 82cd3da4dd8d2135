/** A command from whoever speaks the platform's wire, through the node to a device, and the answer back. */
import { randomUUID } from 'node:crypto';
import { createMemoryBus } from '@alink/bus';
import {
  decodeDevicePublish,
  decodeEnvelope,
  decodeReports,
  encodeDevicePublish,
  encodeEnvelope,
  PROTOCOL_CODE,
  subjects,
  type DevicePublish,
  type DeviceReport,
} from '@alink/contract';
import { systemClock } from '@alink/runtime';
import { eventually, PATIENCE_MS, type RawMqtt } from '@alink/testing';
import { compileModel, importThingModel } from '@alink/thing-model';
import { PRODUCT_KEY, startDeviceNode, type DeviceNode } from './device-node';
import { ListedDm } from './listed-dm';

const service = (identifier: string, callType: 'sync' | 'async') => ({
  identifier,
  name: identifier,
  callType,
  method: `thing.service.${identifier}`,
  inputData: [],
  outputData: [{ identifier: 'Count', name: 'n', dataType: { type: 'int', specs: { min: '0', max: '99' } } }],
});
const { model } = importThingModel({
  profile: { productKey: PRODUCT_KEY },
  properties: [],
  events: [],
  services: [service('count', 'sync'), service('reboot', 'async')],
});

const bus = createMemoryBus();
/** What the stream has kept of the device's answers. */
const kept: Record<string, unknown>[] = [];
let node: DeviceNode;
let device: RawMqtt;
beforeAll(async () => {
  const dm = new ListedDm();
  dm.product = { ...dm.product!, model: compileModel(model, 'weak') };
  node = await startDeviceNode({}, systemClock, { bus, dm });
  await bus.consume({ durable: 'answers', maxBatch: 100, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data } of batch) {
      if (subject === subjects.reports(0)) kept.push(...messagesOf(data));
    }
  });
  ({ raw: device } = await node.connect('dev001'));
  await eventually(() => expect(node.sessions.get(PRODUCT_KEY, 'dev001')?.state).toBe('online'));
});
afterAll(() => node?.stop());

const messagesOf = (data: Buffer): Record<string, unknown>[] =>
  decodeReports(data.toString()).map((report) => ({ ...(report as DeviceReport).message }));

const bodyOf = (data: Buffer): Record<string, unknown> =>
  JSON.parse(decodeDevicePublish(decodeEnvelope(data.toString()).data).payload.toString()) as Record<string, unknown>;

/** Asks the node for it. @returns what the one who asked is answered */
const ask = async (type: 'property' | 'action', message: object): Promise<Record<string, unknown>> => {
  const publish: DevicePublish = {
    topic: '',
    handle: 'thing',
    type,
    payload: Buffer.from(JSON.stringify({ timestamp: 1, ...message })),
    timestamp: 1,
    productID: PRODUCT_KEY,
    deviceName: 'dev001',
    explain: '',
    protocolCode: PROTOCOL_CODE,
  };
  const subject = subjects.down('thing', PRODUCT_KEY, 'dev001');
  return bodyOf(await bus.request(subject, encodeEnvelope(encodeDevicePublish(publish), 1), PATIENCE_MS));
};
/** What the device gets next. */
const arrived = async (): Promise<{ topic: string; id: string }> => {
  const { topic, payload } = await device.next('publish');
  return { topic, id: (JSON.parse(payload.toString()) as { id: string }).id };
};
const answer = (topic: string, text: string): void =>
  device.send({ cmd: 'publish', topic, payload: text, qos: 0, dup: false, retain: false });

test('the answer to a synchronous call is kept with the service that was called', async () => {
  const answered = ask('action', { method: 'action', msgToken: '35974024', actionID: 'count', params: {} });
  const { topic, id } = await arrived();
  expect([topic, id]).toEqual([`/sys/${PRODUCT_KEY}/dev001/rrpc/request/35974024`, '35974024']);
  answer(topic.replace('request', 'response'), '{"id":"35974024","code":200,"data":{"Count":"3"}}');
  const expected = { method: 'actionReply', msgToken: '35974024', actionID: 'count', code: 200, data: { Count: 3 } };
  expect(await answered).toMatchObject(expected);
  await eventually(() => expect(kept).toContainEqual(expect.objectContaining(expected)));
});

test('output that the thing model does not take is told', async () => {
  const answered = ask('action', { method: 'action', msgToken: '35974025', actionID: 'count', params: {} });
  await arrived();
  answer(`/sys/${PRODUCT_KEY}/dev001/rrpc/response/35974025`, '{"id":"35974025","code":200,"data":{"Count":"many"}}');
  expect(await answered).toMatchObject({ code: 200, data: { Count: 'many' } });
  expect(node.activities.find(({ kind, requestId }) => kind === 'drop' && requestId === '35974025')).toMatchObject({
    code: 6306,
    text: expect.stringMatching(/Count;? .*model/),
  });
});

test.each<[string, 'property' | 'action', object, (topic: string) => string]>([
  ['a property set', 'property', { method: 'control', params: { a: 1 } }, (topic) => `${topic}_reply`],
  ['a service call', 'action', { method: 'action', actionID: 'reboot', params: {} }, (topic) => `${topic}_reply`],
  [
    'a synchronous call',
    'action',
    { method: 'action', actionID: 'count', params: {} },
    (topic) => topic.replace('request', 'response'),
  ],
])(
  'a token that devices do not take goes out as an id that they do, and comes back: %s',
  async (_, type, message, to) => {
    const msgToken = randomUUID();
    const answered = ask(type, { ...message, msgToken });
    const { topic, id } = await arrived();
    expect(id).toMatch(/^[1-9]\d{7,9}$/);
    expect(Number(id)).toBeLessThan(2 ** 32);
    expect(topic).not.toContain(msgToken);
    answer(to(topic), `{"id":"${id}","code":200,"data":{}}`);
    expect(await answered).toMatchObject({ msgToken, code: 200 });
    await eventually(() => expect(kept).toContainEqual(expect.objectContaining({ msgToken, code: 200 })));
  },
);
