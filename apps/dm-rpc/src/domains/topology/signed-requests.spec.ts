import { attachRequest, loginRequest } from './signed-requests';

const gateway = { productKey: 'a1Gate', deviceName: 'gate1' };
/** Of "Alibaba Cloud IoT documentation": the same secret and clientId as in the vectors of the SDKs. */
const subDevice = { productKey: 'a1X', deviceName: 'd1', deviceSecret: 's3cr3t', now: 1_700_000_000_000 };

test('topo/add names the HMAC as devices do, and is signed over clientId, names and time', () => {
  const { topic, payload, replyTopic } = attachRequest(gateway, { ...subDevice, signMethod: 'hmacsha256' });
  expect([topic, replyTopic]).toEqual(['/sys/a1Gate/gate1/thing/topo/add', '/sys/a1Gate/gate1/thing/topo/add_reply']);
  expect(JSON.parse(payload)).toEqual({
    id: '1',
    version: '1.0',
    method: 'thing.topo.add',
    params: [
      {
        productKey: 'a1X',
        deviceName: 'd1',
        clientId: 'a1X.d1',
        timestamp: '1700000000000',
        signmethod: 'hmacSha256',
        sign: '640FEAE3899E9D042277D7CE3301AA6611FAD527FD322D04D45AA2F7D6492824',
      },
    ],
  });
});

test('combine/login has its members, with cleanSession as a text', () => {
  const { topic, payload, replyTopic } = loginRequest(gateway, { ...subDevice, signMethod: 'hmacsha1' });
  expect([topic, replyTopic]).toEqual([
    '/ext/session/a1Gate/gate1/combine/login',
    '/ext/session/a1Gate/gate1/combine/login_reply',
  ]);
  expect(JSON.parse(payload)).toEqual({
    id: '1',
    params: {
      productKey: 'a1X',
      deviceName: 'd1',
      clientId: 'a1X.d1',
      timestamp: '1700000000000',
      signMethod: 'hmacSha1',
      sign: '9B1F2067CF713ED21F60007C4117ACB9A8A59D82',
      cleanSession: 'true',
    },
  });
});
