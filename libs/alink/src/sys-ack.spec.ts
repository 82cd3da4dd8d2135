/** `sys.ack` on every request of the catalogue ("Alibaba Cloud IoT documentation, 'Alink protocol'"; QuecPython sends text). */
import type { TopicScope } from '@alink/topic';
import { publish } from '../test/publish';
import { catalogue } from './catalogue';
import type { Route } from './route';
import type { UplinkReply } from './uplink';

const isAlinkRequest = (route: Route): boolean =>
  'body' in route && route.body.name === 'Alink' && route.topic.replyOn !== undefined;

const requests = catalogue.filter(isAlinkRequest).map(({ topic }) => [topic.family, topic.path] as const);

/** What the device hears, at once or once somebody has answered. */
const heard = (family: string, path: string, sys: object): UplinkReply | undefined => {
  const body = JSON.stringify({ id: '7', version: '1.0', params: {}, ...sys });
  const concrete = path.replace(/\{\w+[+*]?\}/, 'some');
  const { reply, ask } = publish({ scope: family as TopicScope, path: concrete }, body)!;
  return ask ? ask.told({ code: 200, data: [] }) : reply;
};

test('there are such requests', () => {
  expect(requests.length).toBeGreaterThan(20);
});

describe.each(requests)('%s %s', (family, path) => {
  test.each([{ sys: { ack: 0 } }, { sys: { ack: '0' } }])('is not answered with %j', (sys) => {
    expect(heard(family, path, sys)).toBeUndefined();
  });

  test.each([{ sys: { ack: 1 } }, { sys: { ack: '1' } }, { sys: {} }, { sys: null }, { sys: 5 }, {}])(
    'is answered with %j',
    (sys) => {
      expect(heard(family, path, sys)?.payload).toMatch(/^\{"id":"7","code":\d+,"message":"/);
    },
  );
});
