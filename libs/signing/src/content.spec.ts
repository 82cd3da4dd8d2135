import { parseClientId } from './client-id';
import { dynregContent, signedContents } from './content';

test('three candidates in their order', () => {
  const raw = 'a1X.d1|securemode=3,timestamp=789|';
  expect(signedContents({ parsed: parseClientId(raw), productKey: 'a1X', deviceName: 'd1' })).toEqual([
    'clientIda1X.d1deviceNamed1productKeya1Xtimestamp789',
    'deviceNamed1productKeya1Xtimestamp789',
    `clientId${raw}deviceNamed1productKeya1Xtimestamp789`,
  ]);
});

test('without timestamp in the ClientID there is none in any content (Android SDK)', () => {
  const parsed = parseClientId('d1&a1X|securemode=2,signmethod=hmacsha1|');
  for (const content of signedContents({ parsed, productKey: 'a1X', deviceName: 'd1' })) {
    expect(content.endsWith('productKeya1X')).toBe(true);
  }
});

test('an assigned client id stands as an empty value (Link SDK for C 4.1)', () => {
  const parsed = parseClientId('|timestamp=2524608000000|');
  expect(signedContents({ parsed, productKey: 'pk', deviceName: 'dn' })[0]).toBe(
    'clientIddeviceNamednproductKeypktimestamp2524608000000',
  );
});

test('dynamic registration', () => {
  expect(dynregContent({ productKey: 'a1X', deviceName: 'd1', random: '42' })).toBe(
    'deviceNamed1productKeya1Xrandom42',
  );
});
