import { readFileSync } from 'node:fs';
import { compileModel, exportTsl, importThingModel, type JsonObject } from '@alink/thing-model';
import { publish } from '../../test/publish';
import type { UplinkReply } from '../uplink';

const { tsl } = JSON.parse(
  readFileSync(new URL('../../../testing/vectors/thing-model.json', import.meta.url), 'utf8'),
) as { tsl: JsonObject };
const model = compileModel(importThingModel(tsl).model, 'weak');

const ask = (path: string, params: unknown, of: typeof model | undefined = model): UplinkReply => {
  const { reply, ask: asked, message } = publish({ path, model: of }, JSON.stringify({ id: '5', params }))!;
  expect({ asked, message }).toEqual({});
  return reply!;
};
const dataOf = ({ payload }: UplinkReply): Record<string, JsonObject[]> =>
  (JSON.parse(payload) as { data: Record<string, JsonObject[]> }).data;

const WHOLE = 'thing/dsltemplate/get';
const PARTS = 'thing/dynamicTsl/get';

test.each([[{}], ['{}']])('thing/dsltemplate/get is answered with the TSL of the device: %j', (params) => {
  const reply = ask(WHOLE, params);
  expect(reply).toMatchObject({ topic: '/sys/a1X/d1/thing/dsltemplate/get_reply', code: 200 });
  expect(reply.payload).toMatch(
    /^\{"id":"5","code":200,"message":"success","version":"1.0","method":"thing.dsltemplate.get","data":\{"schema":"https:\/\/iotx-tsl/,
  );
  expect(dataOf(reply)).toEqual(exportTsl(model.definitions, 'a1X', { deviceName: 'd1' }));
  expect(dataOf(reply)).toMatchObject({ link: '/sys/a1X/d1/thing/', profile: { productKey: 'a1X' } });
});

test('what a device hears of a model is that model', () => {
  expect(importThingModel(dataOf(ask(WHOLE, {}))).model).toEqual(model.definitions);
});

test('a product whose thing model holds nothing has a document that holds nothing', () => {
  const data = dataOf(ask(WHOLE, {}, compileModel(undefined, 'weak')));
  expect(data).toMatchObject({ properties: [], events: [{ identifier: 'post' }] });
});

test.each([WHOLE, PARTS])('%s of a model that cannot be read is refused with 5159', (path) => {
  const outcome = publish({ path, model: undefined }, '{"id":"5","params":{}}')!;
  expect(outcome.reply).toMatchObject({ code: 5159 });
  expect(outcome.problems).toMatchObject([{ code: 5159, step: expect.stringContaining('import it again') as unknown }]);
});

describe('thing/dynamicTsl/get', () => {
  const nodes = ['type', 'identifier'];

  test('has the members that are named, wherever they stand (C SDK 3.x asks for type and identifier)', () => {
    const { properties, events, services, functionBlocks, ...rest } = dataOf(ask(PARTS, { nodes, addDefault: false }));
    expect(rest).toEqual({ schema: tsl['schema'] ?? expect.any(String), profile: { productKey: 'a1X' } });
    expect(properties).toContainEqual({ identifier: 'Temp', dataType: { type: 'double' } });
    const struct = properties!.find(({ identifier }) => identifier === 'Pos') as { dataType: { specs: unknown } };
    expect(struct.dataType.specs).toContainEqual({ identifier: 'lat', dataType: { type: 'double' } });
    expect([...events!, ...services!].some(({ method, name }) => method !== undefined || name !== undefined)).toBe(
      false,
    );
    expect(functionBlocks).toHaveLength(1);
  });

  test('has the event and the services that stand for all properties where addDefault asks for them', () => {
    const identifiers = (params: object): unknown[] => {
      const { events, services } = dataOf(ask(PARTS, params));
      return [...events!, ...services!].map(({ identifier }) => identifier);
    };
    expect(identifiers({ nodes, addDefault: true })).toEqual(expect.arrayContaining(['post', 'set', 'get']));
    for (const params of [{ nodes, addDefault: false }, { addDefault: false }]) {
      for (const name of ['post', 'set', 'get']) expect(identifiers(params)).not.toContain(name);
    }
  });

  test('without names is the whole document', () => {
    expect(dataOf(ask(PARTS, {}))).toEqual(dataOf(ask(WHOLE, {})));
  });

  test.each([[['type', '']], ['type'], [[5]], [Array.from({ length: 101 }, (_, n) => `n${n}`)], [{}]])(
    'refuses nodes that are no list of names: %j',
    (wrong) => {
      expect(ask(PARTS, { nodes: wrong })).toMatchObject({ code: 460 });
    },
  );

  test('refuses params that are no object', () => {
    expect(ask(PARTS, [])).toMatchObject({ code: 460 });
  });
});
