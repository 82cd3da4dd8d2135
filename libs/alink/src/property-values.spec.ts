import { compileModel, importThingModel, type Validation } from '@alink/thing-model';
import { bodyOf, publish } from '../test/publish';

const now = 1_700_000_000_000;

describe('a parameter called value', () => {
  const int = (identifier: string) => ({ identifier, name: identifier, dataType: { type: 'int', specs: {} } });
  const measure = [int('value'), int('unit'), int('time')];
  const tsl = {
    profile: { productKey: 'a1X' },
    properties: [
      { identifier: 's', name: 's', accessMode: 'r', dataType: { type: 'struct', specs: measure } },
      { ...int('plain'), accessMode: 'r' },
    ],
    events: [{ identifier: 'e', name: 'e', type: 'info', method: 'thing.event.e.post', outputData: measure }],
    services: [],
  };
  const { model: withValues } = importThingModel(tsl);
  const post = (path: string, params: string, validation: Validation) =>
    publish({ path, now, model: compileModel(withValues, validation) }, `{"id":"1","params":${params}}`)!;

  test.each<[string, string, object, number]>([
    ['a bare struct', '{"s":{"value":1,"unit":2}}', { s: { value: 1, unit: 2 } }, now],
    ['a bare struct that looks like the long form', '{"s":{"value":1,"time":2}}', { s: { value: 1, time: 2 } }, now],
    ['a struct in the long form', '{"s":{"value":{"value":1},"time":5}}', { s: { value: 1 } }, 5],
    ['the long form of something else, with more', '{"plain":{"value":1,"time":5,"more":1}}', { plain: 1 }, 5],
  ])('of a property: %s', (_name, params, expected, timestamp) => {
    for (const validation of ['weak', 'strong', 'none'] as const) {
      const outcome = post('thing/event/property/post', params, validation);
      expect(bodyOf(outcome)).toMatchObject({ method: 'report', timestamp, params: expected });
      expect(outcome.reply!.code).toBe(200);
    }
  });

  test.each<[string, string, object, number]>([
    ['the bare output', '{"value":1,"time":2}', { value: 1, time: 2 }, now],
    ['the long form', '{"value":{"value":1,"unit":2},"time":5}', { value: 1, unit: 2 }, 5],
  ])('of an event: %s', (_name, params, expected, timestamp) => {
    for (const validation of ['weak', 'strong', 'none'] as const) {
      const outcome = post('thing/event/e/post', params, validation);
      expect(bodyOf(outcome)).toMatchObject({ method: 'eventPost', timestamp, params: expected });
      expect(outcome.reply!.code).toBe(200);
    }
  });

  test('of a property that nobody knows is not torn from what stands beside it', () => {
    expect(bodyOf(post('thing/event/property/post', '{"x":{"value":1,"unit":2}}', 'none'))).toMatchObject({
      params: { x: { value: 1, unit: 2 } },
    });
    expect(bodyOf(post('thing/event/property/post', '{"x":{"value":1}}', 'none'))).toMatchObject({
      params: { x: 1 },
    });
  });
});
