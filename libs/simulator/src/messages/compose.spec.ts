import { compileModel, importThingModel } from '@alink/thing-model';
import type { MessageKind } from './kinds';
import { compose, type Speaker } from './compose';

const int = { type: 'int', specs: { min: '0', max: '100', step: '1' } };
const property = (identifier: string, accessMode: string, dataType: object) => ({
  ...{ identifier, name: identifier, accessMode, required: false, dataType },
});
const { model } = importThingModel({
  properties: [
    property('level', 'rw', int),
    property('humidity', 'r', int),
    property('range', 'rw', { type: 'struct', specs: [{ identifier: 'value', name: 'value', dataType: int }] }),
  ],
  events: [
    {
      identifier: 'alarm',
      name: 'alarm',
      type: 'alert',
      outputData: [{ identifier: 'code', name: 'code', dataType: int }],
    },
    { identifier: 'idle', name: 'idle', type: 'info', outputData: [] },
  ],
  services: [],
} as never);

const device = { productKey: 'pk', deviceName: 'dev001' };
const speaker: Speaker = { device, model, seed: '1', qos: 1 };
const said = (kind: MessageKind, number = 0, of: Partial<Speaker> = {}) =>
  compose({ ...speaker, ...of }, { kind, number, atMs: 1500 }, 7);
const body = (kind: MessageKind, number = 0, of: Partial<Speaker> = {}) =>
  JSON.parse(said(kind, number, of).payload) as { params: Record<string, unknown>; method: string };

test('a report is in the form of the documentation, and always the same bytes', () => {
  expect(said('properties')).toMatchInlineSnapshot(`
   {
     "id": "7",
     "kind": "properties",
     "payload": "{"id":"7","version":"1.0","params":{"level":12,"humidity":27,"range":{"value":{"value":24}}},"method":"thing.event.property.post"}",
     "qos": 1,
     "topic": "/sys/pk/dev001/thing/event/property/post",
   }
  `);
  expect(said('properties')).toEqual(said('properties'));
  expect(said('properties', 1)).not.toEqual(said('properties', 0));
});

test('values bear the time that is due, where a beginning is given', () => {
  const { params } = body('properties', 0, { startTime: 1_700_000_000_000 });
  expect(Object.values(params).map((value) => (value as { time: number }).time)).toEqual(
    new Array(3).fill(1_700_000_001_500),
  );
  expect(body('event', 0, { startTime: 1_700_000_000_000 }).params).toMatchObject({ time: 1_700_000_001_500 });
});

test('a struct with a member "value" goes in the long form, else it would be taken for one', () => {
  expect(body('properties').params['range']).toEqual({ value: { value: expect.any(Number) } });
});

test('reports hold some properties in turn, where they are asked to', () => {
  const names = [0, 1, 2].map((number) => Object.keys(body('properties', number, { perReport: 2 }).params));
  expect(names).toEqual([
    ['level', 'humidity'],
    ['range', 'level'],
    ['humidity', 'range'],
  ]);
});

test('events take turns', () => {
  expect(said('event', 0).topic).toBe('/sys/pk/dev001/thing/event/alarm/post');
  expect(body('event', 0)).toMatchObject({
    method: 'thing.event.alarm.post',
    params: { value: { code: expect.any(Number) } },
  });
  expect(body('event', 1)).toMatchObject({ method: 'thing.event.idle.post', params: { value: {} } });
});

test('what is said beside reports has the topics and forms of the documentation', () => {
  expect(said('ntp')).toMatchObject({
    topic: '/ext/ntp/pk/dev001/request',
    payload: '{"deviceSendTime":"1700000001500"}',
    qos: 0,
  });
  expect(said('shadow')).toMatchObject({ topic: '/shadow/update/pk/dev001', payload: '{"method":"get"}' });
  expect(body('tags')).toMatchObject({ params: [{ attrKey: 'simulated', attrValue: '1' }] });
  expect(body('desired')).toMatchObject({ method: 'thing.property.desired.get', params: ['level', 'range'] });
  expect(body('config')).toMatchObject({ params: { configScope: 'product', getType: 'file' } });
  expect(body('log').params).toMatchObject([{ utcTime: '2023-11-14T22:13:21.500+0000', code: '200' }]);
  expect(body('network')).toMatchObject({ method: '_thing.diag.post' });
  expect(body('batch').params).toMatchObject({
    properties: { level: [{ time: 1_700_000_000_500 }, { time: 1_700_000_001_500 }] },
  });
  expect(body('history').params).toMatchObject([
    { identity: device, properties: [{ level: { time: 1_699_996_401_500 } }] },
  ]);
});

test('a model of a hundred properties, some in a module of their own, is reported as it allows', () => {
  const properties = Array.from({ length: 250 }, (_, i) => property(i % 2 ? `p${i}` : `mod:p${i}`, 'r', int));
  const wide = {
    ...model,
    properties: properties.map((one) => ({ ...model.properties[0]!, identifier: one.identifier })),
  };
  const { params } = body('properties', 0, { model: wide });
  expect(Object.keys(params)).toHaveLength(200);
  expect(params['mod:p0']).toEqual(expect.any(Number));
  expect(compileModel(wide, 'strong').checkProperties(params).rejected).toEqual([]);
});
