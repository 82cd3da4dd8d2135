/** Payloads that are no strict JSON, on topics of every body: what is kept, asked and answered. */
import { compileModel, importThingModel } from '@alink/thing-model';
import { bodyOf, publish } from '../test/publish';

const { model } = importThingModel({
  properties: [
    { identifier: 'LightSwitch', name: 's', accessMode: 'rw', dataType: { type: 'bool', specs: {} } },
    {
      identifier: 'Temp',
      name: 't',
      accessMode: 'rw',
      dataType: { type: 'double', specs: { min: '-50', max: '500' } },
    },
    { identifier: 'Note', name: 'n', accessMode: 'rw', dataType: { type: 'text', specs: { length: '64' } } },
  ],
  services: [{ identifier: 'reboot', name: 'r', required: false, callType: 'async', inputData: [], outputData: [] }],
});
const strong = compileModel(model, 'strong');
const POST = 'thing/event/property/post';
const post = (payload: string | Buffer) => publish({ path: POST, model: strong }, payload)!;
const paramsOf = (payload: string): unknown => (bodyOf(post(payload)) as { readonly params: unknown }).params;

test.each([
  [
    "a BC26 module of Alibaba's NB-IoT guide",
    "{'id':'1','version':'1.0','params':{'LightSwitch':1},'method':'thing.event.property.post'}",
    '1',
    { LightSwitch: 1 },
  ],
  ['keys without quotes', '{id:7,params:{Temp:+21.}}', '7', { Temp: 21 }],
  ['%02d, in the id too', '{"id":007,"params":{"Temp":05,}}', '7', { Temp: 5 }],
  ['a text cut out of a UART buffer', '{"id":"1","params":{"Note":"a\tb\r\n"}}\r\n\0', '1', { Note: 'a\tb\r\n' }],
  ['an object in a text', `{"id":"1","params":"{'LightSwitch':1}"}`, '1', { LightSwitch: 1 }],
  ['of a key that comes twice the last value counts', "{id:'1',params:{Temp:1,Temp:2}}", '1', { Temp: 2 }],
])('%s', (_name, payload, id, params) => {
  const { reply, requestId } = post(payload);
  expect(paramsOf(payload)).toEqual(params);
  expect(requestId).toBe(id);
  expect(JSON.parse(reply!.payload)).toMatchObject({ code: 200 });
  expect(String((JSON.parse(reply!.payload) as { readonly id: unknown }).id)).toBe(id);
});

test('of the JSON and of the method, a line now and then is enough', () => {
  const { problems } = post("{'params':{'LightSwitch':1},'method':'thing.service.property.set'}");
  expect(problems.map(({ code, seldom }) => [code, seldom])).toEqual([
    [200, 'json'],
    [200, 'method'],
  ]);
});

test.each(["{'id':'8','params':{'Temp':nan}}", '{id:8,params:{Temp:.5}}', '{"id":"8","params":{"Temp":1}}}'])(
  '%s is refused with its id and place, and kept nowhere',
  (payload) => {
    const { message, reply, problems } = post(payload);
    expect(message).toBeUndefined();
    const refusal = expect.stringMatching(/^payload is not JSON: expected .+ at position \d+$/) as string;
    expect(JSON.parse(reply!.payload)).toMatchObject({ code: 6207, message: refusal });
    expect(String((JSON.parse(reply!.payload) as { readonly id: unknown }).id)).toBe('8');
    expect(problems).toMatchObject([{ code: 6207, message: refusal }]);
  },
);

test('__proto__ is a value that is not taken, and changes no prototype', () => {
  const { problems } = post("{id:'1',params:{__proto__:{value:1},LightSwitch:1}}");
  expect(problems.map(({ code }) => code)).toContain(460);
  expect(({} as { value?: unknown }).value).toBeUndefined();
});

describe('answers of devices', () => {
  test.each([
    ['thing/service/property/set_reply', 'controlReply'],
    ['thing/service/reboot_reply', 'actionReply'],
  ])('%s', (path, method) => {
    const outcome = publish({ path, model: strong }, "{'id':'42','code':0200,'data':{},}")!;
    expect(bodyOf(outcome)).toMatchObject({ method, msgToken: '42', code: 200 });
    expect(outcome.problems).toMatchObject([{ code: 200, seldom: 'json' }]);
  });

  test('of a synchronous call', () => {
    const outcome = publish({ path: 'rrpc/response/77', model: strong }, '{code:200,data:{}}');
    expect(bodyOf(outcome)).toMatchObject({ method: 'actionReply', msgToken: '77', code: 200 });
  });
});

test('the time, for a device that asks loosely', () => {
  const { ask, problems } = publish({ scope: 'ext', path: 'ntp/request' }, "{'deviceSendTime':'100'}")!;
  const data = { receivedAt: 200, sentAt: 201 };
  expect(JSON.parse(ask!.told({ code: 200, data })!.payload)).toMatchObject({ deviceSendTime: '100' });
  expect(problems).toMatchObject([{ code: 200, seldom: 'json' }]);
});

test('tags without commas, in single quotes', () => {
  const payload = "{'id':'1','params':[{'attrKey':'a','attrValue':'} {'}{'attrKey':'b','attrValue':'2'}]}";
  expect(publish({ path: 'thing/deviceinfo/update' }, payload)!.ask?.question).toEqual({
    kind: 'tags.update',
    tags: [
      { key: 'a', value: '} {' },
      { key: 'b', value: '2' },
    ],
  });
});
