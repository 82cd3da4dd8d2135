/** Limits and faults of `thing/event/property/{batch,history,pack}/post`; what good messages become stands in the vectors. */
import { compileModel, importThingModel, type Validation } from '@alink/thing-model';
import { bodyOf, publish } from '../../test/publish';
import type { FindSubDevice } from '../sub-devices';
import type { UplinkOutcome } from '../uplink';

const NOW = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const OWN = { productKey: 'a1X', deviceName: 'd1' };

const property = (identifier: string) => ({
  identifier,
  name: identifier,
  accessMode: 'rw',
  required: false,
  dataType: { type: 'int', specs: { min: '0', max: '9' } },
});
const jam = (module: string) => ({
  identifier: 'jam',
  name: 'jam',
  type: 'error',
  required: false,
  outputData: [{ identifier: 'Speed', name: 's', dataType: { type: 'int', specs: {} } }],
  method: `thing.event.${module}jam.post`,
});
const { model: definitions } = importThingModel({
  profile: { productKey: 'a1X' },
  properties: [property('Speed')],
  events: [jam('')],
  services: [],
  functionBlocks: [
    {
      functionBlockId: 'motor',
      functionBlockName: 'm',
      properties: [property('Speed')],
      events: [jam('motor:')],
      services: [],
    },
  ],
});
const models = {
  weak: compileModel(definitions, 'weak'),
  strong: compileModel(definitions, 'strong'),
  none: compileModel(definitions, 'none'),
};

const post = (
  kind: 'batch' | 'history' | 'pack',
  params: unknown,
  { validation = 'strong', subDevice }: { validation?: Validation; subDevice?: FindSubDevice } = {},
): UplinkOutcome =>
  publish(
    { path: `thing/event/property/${kind}/post`, model: models[validation], subDevice },
    JSON.stringify({ id: '9', version: '1.0', params }),
  )!;

/** The same samples in the form of each kind. */
const forms = {
  batch: (properties: object, events: object = {}) => ({
    properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, [value]])),
    events: Object.fromEntries(Object.entries(events).map(([key, value]) => [key, [value]])),
  }),
  history: (properties: object, events: object = {}) => [{ identity: OWN, properties: [properties], events: [events] }],
  pack: (properties: object, events: object = {}) => ({ properties, events }),
} as const;
const kinds = ['batch', 'history', 'pack'] as const;
const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, value]));

const listed = (count: number) => Array.from({ length: count }, (_, index) => ({ value: 1, time: index }));

test.each([
  ['batch', (count: number) => ({ properties: { Speed: listed(count) } })],
  ['history', (count: number) => [{ identity: OWN, properties: listed(count).map((sample) => ({ Speed: sample })) }]],
] as const)('a %s has a limit on samples, of however few properties', (kind, samples) => {
  expect(post(kind, samples(8000)).reply).toMatchObject({ code: 200 });
  const outcome = post(kind, samples(8001));
  expect(outcome.message).toBeUndefined();
  expect(outcome.reply).toMatchObject({ code: 6106 });
});

describe.each(kinds)('thing/event/property/%s/post', (kind) => {
  const form = forms[kind];

  test('takes identifiers of custom modules beside bare ones', () => {
    const outcome = post(
      kind,
      form(
        { Speed: { value: 1, time: 5 }, 'motor:Speed': { value: 2, time: 5 } },
        { 'motor:jam': { value: { Speed: 3 }, time: 6 } },
      ),
    );
    expect(outcome.reply).toMatchObject({ code: 200 });
    expect(bodyOf(outcome)).toMatchObject({
      method: 'packReport',
      properties: [{ timestamp: 5, params: { Speed: 1, 'motor:Speed': 2 } }],
      events: [{ timestamp: 6, eventID: 'motor:jam', params: { Speed: 3 } }],
    });
  });

  test.each([
    ['6106', 201, 0],
    ['6356', 0, 201],
  ])('has a limit on identifiers: %s', (code, properties, events) => {
    const outcome = post(kind, form(many(properties, { value: 1 }), many(events, { value: {} })), {
      validation: 'none',
    });
    expect(outcome.message).toBeUndefined();
    expect(String(outcome.reply!.code)).toBe(code);
    const most = form(many(Math.min(properties, 200), { value: 1 }), many(Math.min(events, 200), { value: {} }));
    expect(post(kind, most, { validation: 'none' }).reply).toMatchObject({ code: 200 });
  });

  test('fails whole for a time later than now + 24 h, of a property and of an event', () => {
    const ahead = NOW + DAY_MS + 1;
    for (const params of [
      form({ Speed: { value: 1, time: ahead }, 'motor:Speed': 1 }),
      form({ Speed: 1 }, { jam: { value: { Speed: 1 }, time: ahead } }),
    ]) {
      const outcome = post(kind, params);
      expect(outcome.message).toBeUndefined();
      expect(outcome.reply).toMatchObject({ code: 460 });
    }
    expect(post(kind, form({ Speed: { value: 1, time: NOW + DAY_MS } })).reply).toMatchObject({ code: 200 });
  });

  test.each([
    ['nothing', forms[kind]({})],
    ['no params of their kind', kind === 'history' ? { properties: [] } : [1]],
    ['properties of another kind', kind === 'history' ? [{ properties: 5 }] : { properties: [5] }],
    ['events of another kind', kind === 'history' ? [{ events: [5] }] : { events: 'alarm' }],
  ])('refuses %s with 460, and keeps nothing', (_what, params) => {
    const outcome = post(kind, params);
    expect(outcome.message).toBeUndefined();
    expect(outcome.reply).toMatchObject({ code: 460 });
    for (const { message, step } of outcome.problems) {
      expect(message).not.toMatch(/["{}\\]/);
      expect(step).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('tells a device of no more than 200 identifiers, and its log of each once', () => {
    const params = kind === 'history' ? [{ properties: [many(150, 1), many(200, 1)] }] : form(many(200, 1));
    const { problems, reply } = post(kind, params, { validation: 'strong' });
    expect(problems).toHaveLength(200);
    expect(reply!.payload.length).toBeLessThan(20_000);
  });
});

test('values of one time that are more than a model takes at once go into several samples', () => {
  const entries = [many(150, { value: 1, time: 5 }), { ...many(60, { value: 2, time: 5 }), q: { value: 3, time: 5 } }];
  const body = bodyOf(post('history', [{ properties: entries }], { validation: 'none' }));
  const samples = body.method === 'packReport' ? body.properties : [];
  expect(samples.every(({ timestamp, params }) => timestamp === 5 && Object.keys(params).length <= 200)).toBe(true);
  expect(samples.reduce((sum, { params }) => sum + Object.keys(params).length, 0)).toBe(211);
});

test('samples go on oldest first, whatever their order in the message', () => {
  const times = [7, 5, 9, 5].map((time, value) => ({ value, time }));
  const body = bodyOf(post('batch', { properties: { Speed: times } }));
  expect(body).toMatchObject({
    properties: [
      { timestamp: 5, params: { Speed: 1 } },
      { timestamp: 5, params: { Speed: 3 } },
      { timestamp: 7, params: { Speed: 0 } },
      { timestamp: 9, params: { Speed: 2 } },
    ],
  });
});

test('a batch whose samples are no lists fails whole', () => {
  const outcome = post('batch', { properties: { Speed: { value: 1 } } });
  expect(outcome).toMatchObject({
    reply: { code: 460 },
    problems: [{ message: expect.stringContaining('Speed is no list') }],
  });
});

describe('a pack of a gateway', () => {
  const subDevice: FindSubDevice = ({ productKey, deviceName }) =>
    deviceName === 'stranger' ? undefined : { productID: `id of ${productKey}`, deviceName, model: models.strong };
  const part = (deviceName: string, properties: object, events?: object) => ({
    identity: { productKey: 'sub', deviceName },
    properties,
    ...(events && { events }),
  });
  const pack = (subDevices: unknown, own: object = {}) => post('pack', { ...own, subDevices }, { subDevice });

  test('names each sub-device as the platform does', () => {
    const outcome = pack(
      [part('s1', { Speed: { value: 1, time: 5 } }, { jam: { value: { Speed: 2 }, time: 6 } }), part('s2', {})],
      { properties: { Speed: 3 } },
    );
    expect(outcome.reply).toMatchObject({ code: 200 });
    expect(bodyOf(outcome)).toMatchObject({
      properties: [{ params: { Speed: 3 } }],
      subDevices: [
        {
          productID: 'id of sub',
          deviceName: 's1',
          properties: [{ timestamp: 5, params: { Speed: 1 } }],
          events: [{ timestamp: 6, eventID: 'jam', params: { Speed: 2 } }],
        },
      ],
    });
  });

  test('may hold nothing of the gateway itself', () => {
    expect(bodyOf(pack([part('s1', { Speed: 1 })]))).toMatchObject({ properties: [], events: [], subDevices: [{}] });
  });

  test('says of which device a value is that is refused', () => {
    const { problems, reply } = pack([part('s1', { Nope: 1 })]);
    expect(problems).toMatchObject([{ code: 6320, detail: 'of s1' }]);
    expect(reply!.payload).not.toContain('s1');
  });

  test.each([
    [6401, 'a sub-device that is not its own', [part('s1', { Speed: 1 }), part('stranger', { Speed: 1 })]],
    [6357, 'more than 20 sub-devices', Array.from({ length: 21 }, (_, at) => part(`s${at}`, { Speed: 1 }))],
    [6320, 'a value that a sub-device does not have', [part('s1', { Speed: 1 }), part('s2', { Nope: 1 })]],
    [460, 'a sub-device that occurs twice', [part('s1', { Speed: 1 }), part('s1', { Speed: 2 })]],
    [460, 'a sub-device without a name', [{ properties: { Speed: 1 } }]],
    [460, 'a sub-device whose name is a number', [{ identity: { productKey: 'sub', deviceName: 5 } }]],
    [460, 'no list of sub-devices', { identity: OWN }],
  ])('is refused whole with %d for %s', (code, _what, subDevices) => {
    const outcome = pack(subDevices, { properties: { Speed: 1 } });
    expect(outcome.message).toBeUndefined();
    expect(outcome.reply).toMatchObject({ code });
  });
});

describe('a history of a gateway', () => {
  const subDevice: FindSubDevice = ({ productKey, deviceName }) =>
    deviceName === 'stranger'
      ? undefined
      : { productID: `id of ${productKey}`, deviceName, model: deviceName === 'weak' ? models.weak : models.strong };
  const entry = (deviceName: string, properties: object[], events: object[] = []) => ({
    identity: { productKey: 'sub', deviceName },
    properties,
    events,
  });
  const at = (value: number, time: number) => ({ Speed: { value, time } });
  const history = (entries: unknown, validation?: Validation) =>
    post('history', entries, { subDevice, ...(validation && { validation }) });

  test('tells of each device what was said of it, in however many entries', () => {
    const outcome = history([
      entry('s1', [at(1, 5)]),
      { identity: OWN, properties: [at(2, 6)] },
      entry('s2', [], [{ jam: { value: { Speed: 3 }, time: 7 } }]),
      entry('s1', [at(4, 4)]),
      entry('s3', []),
      { properties: [at(5, 8)] },
    ]);
    expect(outcome.reply).toMatchObject({ code: 200 });
    expect(bodyOf(outcome)).toEqual({
      method: 'packReport',
      msgToken: '9',
      timestamp: NOW,
      sys: { noAsk: true },
      history: true,
      properties: [
        { timestamp: 6, params: { Speed: 2 } },
        { timestamp: 8, params: { Speed: 5 } },
      ],
      events: [],
      subDevices: [
        {
          productID: 'id of sub',
          deviceName: 's1',
          properties: [
            { timestamp: 4, params: { Speed: 4 } },
            { timestamp: 5, params: { Speed: 1 } },
          ],
          events: [],
        },
        {
          productID: 'id of sub',
          deviceName: 's2',
          properties: [],
          events: [{ timestamp: 7, eventID: 'jam', params: { Speed: 3 } }],
        },
      ],
    });
  });

  test('may hold nothing of the gateway itself', () => {
    expect(bodyOf(history([entry('s1', [at(1, 5)])]))).toMatchObject({ properties: [], events: [], subDevices: [{}] });
  });

  test('keeps what is valid, and says of which device the rest is', () => {
    const outcome = history([entry('s1', [{ Nope: 1 }]), entry('s2', [at(1, 5)])]);
    expect(bodyOf(outcome)).toMatchObject({ subDevices: [{ deviceName: 's2' }] });
    expect(JSON.parse(outcome.reply!.payload)).toMatchObject({ code: 200, data: { Nope: expect.any(String) } });
    expect(outcome.problems).toMatchObject([{ code: 6320, detail: 'of s1' }]);
  });

  test.each([
    [6320, 'strong', 's1'],
    [200, 'weak', 'weak'],
  ] as const)('says %i where a model that checks %s takes nothing', (code, _validation, deviceName) => {
    const outcome = history([entry(deviceName, [{ Nope: 1 }])]);
    expect(outcome.message).toBeUndefined();
    expect(outcome.reply).toMatchObject({ code });
  });

  const speeds = (count: number) => listed(count).map((sample) => ({ Speed: sample }));
  const devices = (count: number) => Array.from({ length: count }, (_, index) => entry(`s${index}`, [at(1, 5)]));

  test.each<[code: number, what: string, entries: unknown]>([
    [6401, 'a sub-device that is not its own', [entry('s1', [at(1, 5)]), entry('stranger', [at(1, 5)])]],
    [6357, 'more than 50 sub-devices', devices(51)],
    [460, 'a device without a name', [{ identity: { productKey: 'sub' }, properties: [at(1, 5)] }]],
    [460, 'properties of another kind', [entry('s1', [5 as unknown as object])]],
    [6106, 'more than 8000 samples of all devices', [entry('s1', speeds(5000)), entry('s2', speeds(3001))]],
  ])('is refused whole with %i for %s', (code, _what, entries) => {
    const outcome = history(entries);
    expect(outcome.message).toBeUndefined();
    expect(outcome.reply).toMatchObject({ code });
  });

  test('may be of fifty sub-devices and the gateway itself', () => {
    const outcome = history([...devices(50), { properties: [at(1, 5)] }]);
    expect(bodyOf(outcome)).toMatchObject({ properties: [{}], subDevices: Array.from({ length: 50 }, () => ({})) });
  });

  test('a device that is no gateway says its own alone', () => {
    expect(post('history', [entry('s1', [at(1, 5)])]).reply).toMatchObject({ code: 6401 });
    expect(post('history', [entry('s1', [at(1, 5)])]).problems).toMatchObject([{ code: 6401, detail: 'of s1' }]);
  });
});
