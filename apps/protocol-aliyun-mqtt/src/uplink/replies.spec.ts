/** Which devices hear the replies to what they ask. */
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { named, signed } from '../../test/gateway-bed';
import { PRODUCT_KEY } from '../../test/listed-dm';
import { createMessageBed, type MessageBed, type MessageBedOptions } from '../../test/message-bed';
import { LinkSessions } from '../session/link-sessions';

const POST = 'thing/event/property/post';
const REPLY = `/sys/${PRODUCT_KEY}/dev1/${POST}_reply`;
const PLAIN = 'dev1|securemode=3,signmethod=hmacsha256|';
const GOOD = '{"id":"1","params":{"Temp":20}}';
const HOUR_MS = 3_600_000;

let bed: MessageBed;
const start = async (options: MessageBedOptions): Promise<void> => {
  bed = await createMessageBed(options);
};
afterEach(() => bed.stop());

const post = async (payload = GOOD): Promise<string[]> => {
  await bed.publish(POST, payload);
  return bed.heard().map(([topic]) => topic);
};
const heldBack = () => bed.activities.filter(({ kind }) => kind === 'heldBack');

test('a device whose ClientID has _ss=1 hears them without a subscription', async () => {
  await start({ clientId: 'dev1|timestamp=1,_ss=1,_v=sdk-c-4.2.0,securemode=2,ext=3|' });
  expect(await post()).toEqual([REPLY]);
  expect(heldBack()).toEqual([]);
});

test.each([REPLY, `/sys/${PRODUCT_KEY}/dev1/thing/event/+/post_reply`, `/sys/${PRODUCT_KEY}/dev1/#`])(
  'a device that has subscribed %s hears them',
  async (filter) => {
    await start({ clientId: PLAIN });
    bed.link.filters.push(filter);
    expect(await post()).toEqual([REPLY]);
  },
);

test.each(['dev1', PLAIN, 'dev1|securemode=3,_ss=0|'])(
  'the device %s that has not subscribed hears none',
  async (clientId) => {
    await start({ clientId });
    bed.link.filters.push(`/sys/${PRODUCT_KEY}/dev1/thing/service/property/set`);
    expect(await post()).toEqual([]);
    expect(await post('no json')).toEqual([]);
    expect(bed.reports).toHaveLength(1);
  },
);

test('every kind of reply is held back', async () => {
  await start({ clientId: PLAIN });
  await bed.publish('thing/deviceinfo/get', '{"id":"1","params":{"attrKeys":["a"]}}');
  await bed.publish(`/ext/ntp/${PRODUCT_KEY}/dev1/request`, '{"deviceSendTime":"1"}');
  await bed.publish(`/shadow/update/${PRODUCT_KEY}/dev1`, '{"method":"get"}');
  bed.failing.stream = true;
  await expect(bed.publish(POST, GOOD)).rejects.toThrow();
  await new Promise(setImmediate);
  expect(bed.heard()).toEqual([]);
  expect(
    heldBack()
      .map(({ topic }) => topic)
      .sort(),
  ).toEqual(
    [
      `/ext/ntp/${PRODUCT_KEY}/dev1/response`,
      `/shadow/get/${PRODUCT_KEY}/dev1`,
      REPLY,
      `/sys/${PRODUCT_KEY}/dev1/thing/deviceinfo/get_reply`,
    ].sort(),
  );
});

test.each([
  ['thing/topo/get', '{"id":"1","params":{}}'],
  ['thing/topo/add', `{"id":"1","params":[${JSON.stringify(signed('dev2'))}]}`],
  ['thing/topo/delete', `{"id":"1","params":[${JSON.stringify(named('dev2'))}]}`],
  [`/ext/session/${PRODUCT_KEY}/dev1/combine/login`, `{"id":"1","params":${JSON.stringify(signed('dev2'))}}`],
  [`/ext/session/${PRODUCT_KEY}/dev1/combine/logout`, `{"id":"1","params":${JSON.stringify(named('dev2'))}}`],
])('what is asked about sub-devices on %s is answered, unless that is unsubscribed', async (path, question) => {
  await start({ clientId: PLAIN });
  const ask = async () => {
    await bed.publish(path, question);
    await new Promise(setImmediate);
    return bed.heard().map(([topic]) => topic);
  };
  const reply = `${path.startsWith('/') ? '' : bed.session.sysPrefix}${path}_reply`;
  expect(await ask()).toEqual([reply]);
  expect(heldBack()).toEqual([]);
  bed.session.noteUnsubscribed(reply);
  expect(await ask()).toEqual([]);
  expect(heldBack()).toMatchObject([{ topic: reply }]);
});

test('one that is held back stands in the log of the device, once an hour with a count', async () => {
  await start({ clientId: PLAIN });
  for (let n = 0; n < 3; n++) await post();
  expect(heldBack()).toMatchObject([{ topic: REPLY, text: expect.stringContaining('has no _ss=1') }]);
  bed.pass(HOUR_MS);
  await post();
  expect(heldBack()).toHaveLength(2);
  expect(heldBack()[1]!.text).toContain('(and 2 more since the last such line)');
});

test('one whose topic a device has unsubscribed is held back for that reason', async () => {
  await start({});
  bed.session.noteUnsubscribed(REPLY);
  expect(await post()).toEqual([]);
  expect(heldBack()).toMatchObject([{ topic: REPLY, text: expect.stringContaining('has unsubscribed it') }]);
});

test('requests and pushes of the platform need no subscription', async () => {
  await start({ clientId: PLAIN });
  const topic = `/sys/${PRODUCT_KEY}/dev1/thing/service/property/set`;
  expect(bed.session.deliver({ topic, payload: '{}', qos: 0 })).toBeUndefined();
  expect(bed.heard()).toEqual([[topic, '{}']]);
});

test('with UNASKED_REPLIES every device hears them, as long as it has not unsubscribed them', async () => {
  await start({ clientId: PLAIN, unaskedReplies: true });
  expect(await post()).toEqual([REPLY]);
  bed.session.noteUnsubscribed(REPLY);
  expect(await post()).toEqual([]);
});

describe('of a sub-device', () => {
  const SUB_REPLY = `/sys/${PRODUCT_KEY}/dev2/${POST}_reply`;
  const PLAIN_SUB = 'a1X.dev2|_v=sdk-c-3.0.1|';
  const ASKING_SUB = 'a1X.dev2|_ss=1,_v=sdk-c-4.1.0|';

  test.each([
    ['its login says _ss=1', PLAIN, ASKING_SUB, [], true],
    ["its gateway's CONNECT says it", 'dev1|securemode=2,_ss=1|', PLAIN_SUB, [], true],
    ['the connection subscribes them', PLAIN, PLAIN_SUB, [SUB_REPLY], true],
    ['nobody asks for them', PLAIN, PLAIN_SUB, [REPLY], false],
  ])('are wanted where %s', async (_why, gateway, subDevice, filters, wanted) => {
    await start({});
    const link = new FakeLink();
    link.filters.push(...filters);
    const sessions = new LinkSessions(link, { ...(await admitted('dev1')), rawClientId: gateway }, () => undefined);
    const session = sessions.open({ ...(await admitted('dev2')), rawClientId: subDevice });
    expect(session.wantsReplyOn(SUB_REPLY)).toBe(wanted);
  });
});
