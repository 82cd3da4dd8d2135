import { subDeviceProof } from './sub-device-proof';

const subDevice = { productKey: 'a1X', deviceName: 'd1', deviceSecret: 's3cr3t', timestamp: '1700000000000' };

test('signs the whole clientId, as the C SDKs do', () => {
  expect(subDeviceProof({ ...subDevice, clientId: 'a1X.d1|_ss=1,_v=sdk-c-4.1.0|' })).toEqual({
    productKey: 'a1X',
    deviceName: 'd1',
    clientId: 'a1X.d1|_ss=1,_v=sdk-c-4.1.0|',
    timestamp: '1700000000000',
    signMethod: 'hmacsha256',
    sign: 'b3379d6d5bc0d7a682e0f38508af04f0ad9a7f8aa3f7d24be19132ff3df9d788',
  });
});

test('names the sub-device and the time where it is told neither', () => {
  const { clientId, timestamp } = subDeviceProof({ ...subDevice, timestamp: undefined });
  expect(clientId).toBe('a1X.d1');
  expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
});
