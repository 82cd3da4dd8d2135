import { compileModel, importThingModel } from '@alink/thing-model';
import { decodeUplink } from '../decode-uplink';

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
    decodeUplink({
      topic: '/sys/a1X/d1/rrpc/response/77',
      path: 'rrpc/response/77',
      serviceOf: (messageId) => (messageId === '77' ? service : undefined),
      payload: Buffer.from(`{"id":"1","code":200,"data":${data}}`),
      now: 0,
      model: compileModel(model, 'weak'),
    })!;

  test('names the service that was called, and its output is held against the model', () => {
    const good = answer('{"Count":"7"}', 'echo');
    expect(good.message!.body).toMatchObject({ msgToken: '77', actionID: 'echo', data: { Count: 7 } });
    expect(good.problems).toEqual([]);
    const bad = answer('{"Count":7,"More":1}', 'echo');
    expect(bad.message!.body).toMatchObject({ actionID: 'echo', data: { Count: 7, More: 1 } });
    expect(bad.problems.map(({ code }) => code)).toEqual([6304]);
  });

  test('passes as it came when the call is not known any more', () => {
    const { message, problems } = answer('{"More":1}', undefined);
    expect(message!.body).toMatchObject({ msgToken: '77', data: { More: 1 } });
    expect((message!.body as { actionID?: string }).actionID).toBeUndefined();
    expect(problems).toEqual([]);
  });
});
