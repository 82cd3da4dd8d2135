import { pack, unpack } from './zip-archive';

const file = (name: string, text: string | Uint8Array) => ({ name, bytes: Buffer.from(text) });
const names = (bytes: Uint8Array) => unpack('a.zip', bytes).map(({ name }) => name);

/** Overwrites the size that the directory tells of the first file (ZIP application note, 4.3.12). */
const lieAboutSize = (zip: Uint8Array, size: number): Uint8Array => {
  const lying = Buffer.from(zip);
  const entry = lying.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  lying.writeUInt32LE(size, entry + 24);
  return lying;
};

/** Calls the second file by the name of the first. */
const twice = (zip: Uint8Array): Uint8Array =>
  Buffer.from(Buffer.from(zip).toString('latin1').replaceAll('b.json', 'a.json'), 'latin1');

test('what is packed comes out again', () => {
  const files = [file('模块/a.json', '{"a":1}'), file('b.json', '')];
  const unpacked = unpack('a.zip', pack(files)).map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]);
  expect(unpacked).toEqual([
    ['模块/a.json', '{"a":1}'],
    ['b.json', ''],
  ]);
});

test('folders and what systems add are left out', () => {
  const zip = pack([
    file('m/', ''),
    file('m/a.json', '{}'),
    file('__MACOSX/m/._a.json', 'x'),
    file('m/.DS_Store', 'x'),
  ]);
  expect(names(zip)).toEqual(['m/a.json']);
});

describe('is refused:', () => {
  test.each([
    ['a bomb', () => lieAboutSize(pack([file('a.json', 'x')]), 65 * 1024 * 1024), /more than 67108864 bytes together/],
    ['two files of one name', () => twice(pack([file('a.json', '1'), file('b.json', '2')])), /holds a.json twice/],
    ['many files', () => pack(Array.from({ length: 257 }, (_, i) => file(`${i}.json`, '{}'))), /more than 256 files/],
    ['half an archive', () => pack([file('a.json', '{"a":1}')]).subarray(0, 40), /no whole zip archive/],
    [
      'a directory that tells more than there can be',
      () => lieAboutSize(pack([file('a.json', 'x')]), 2 ** 32 - 1),
      /bytes/,
    ],
  ])('%s', (_, make, message) => {
    expect(() => unpack('a.zip', make())).toThrow(message);
    expect(() => unpack('a.zip', make())).toThrow(/^cannot use a.zip: /);
  });
});

test('a file that has more than its directory tells is not unpacked beyond that', () => {
  const zip = lieAboutSize(pack([file('a.json', Buffer.alloc(1024 * 1024, 'a'))]), 100);
  let unpacked = 0;
  try {
    unpacked = unpack('a.zip', zip)[0]!.bytes.length;
  } catch (error) {
    expect(String(error)).toContain('no whole zip archive');
  }
  expect(unpacked).toBeLessThanOrEqual(100);
});
