import { compileModel, importThingModel } from '@alink/thing-model';
import { bodyOf, publish } from '../../test/publish';

const count = { identifier: 'Count', name: 'n', dataType: { type: 'int', specs: { min: '0', max: '99' } } };
const { model } = importThingModel({
  profile: { productKey: 'a1X' },
  properties: [],
  events: [],
  services: [
    {
      identifier: 'echo',
      name: 'e',
      callType: 'sync',
      method: 'thing.service.echo',
      inputData: [],
      outputData: [count],
    },
  ],
});

describe('the answer to a synchronous call, by the message id', () => {
  const answer = (data: string, service: string | undefined) =>
    publish(
      {
        path: 'rrpc/response/77',
        serviceOf: (messageId) => (messageId === '77' ? service : undefined),
        model: compileModel(model, 'weak'),
      },
      `{"id":"1","code":200,"data":${data}}`,
    )!;

  test('names the service that was called, and its output is held against the model', () => {
    const good = answer('{"Count":"7"}', 'echo');
    expect(bodyOf(good)).toMatchObject({ msgToken: '77', actionID: 'echo', data: { Count: 7 } });
    expect(good.problems).toEqual([]);
    const bad = answer('{"Count":7,"More":1}', 'echo');
    expect(bodyOf(bad)).toMatchObject({ actionID: 'echo', data: { Count: 7, More: 1 } });
    expect(bad.problems.map(({ code }) => code)).toEqual([6304]);
  });

  test('passes as it came when the call is not known any more', () => {
    const outcome = answer('{"More":1}', undefined);
    expect(bodyOf(outcome)).toMatchObject({ msgToken: '77', data: { More: 1 } });
    expect((bodyOf(outcome) as { actionID?: string }).actionID).toBeUndefined();
    expect(outcome.problems).toEqual([]);
  });
});
