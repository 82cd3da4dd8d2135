import { zipSync } from 'fflate';
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

/** 100 files that are the same megabyte of the archive, each said to have one byte: 100 MB when unpacked. */
const sharing = (): Uint8Array => {
  const one = Buffer.from(zipSync({ 'a00.json': Buffer.alloc(1024 * 1024, 'a') }, { level: 0 }));
  const at = one.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  const end = one.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  const entries = Array.from({ length: 100 }, (_, n) => {
    const entry = Buffer.from(one.subarray(at, end));
    entry.writeUInt32LE(1, 24);
    entry.write(String(n).padStart(2, '0'), 47);
    return entry;
  });
  const tail = Buffer.from(one.subarray(end));
  tail.writeUInt16LE(100, 8);
  tail.writeUInt16LE(100, 10);
  tail.writeUInt32LE(100 * (end - at), 12);
  return Buffer.concat([one.subarray(0, at), ...entries, tail]);
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
    ['files that share one place', sharing, /more than 67108864 bytes together/],
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
