import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecretBox, loadSecretKeyFile, parseSecretKey, SecretBoxError } from './secret-box';

const key = Buffer.alloc(32, 7);
const SECRET = 'testsecret001';

describe('createSecretBox', () => {
  test('opens what it sealed, for its owner, and never seals twice alike', () => {
    const box = createSecretBox(key);
    const sealed = box.seal(SECRET, 'device:p/d');
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
    expect(sealed).not.toContain(SECRET);
    expect(box.seal(SECRET, 'device:p/d')).not.toBe(sealed);
    expect(box.open(sealed, 'device:p/d')).toBe(SECRET);
  });

  test.each(['', '秘密 🔑', 'x'.repeat(4096)])('keeps any text: %s', (secret) => {
    const box = createSecretBox(key);
    expect(box.open(box.seal(secret, 'o'), 'o')).toBe(secret);
  });

  test('what a former key sealed opens while that key is given', () => {
    const former = Buffer.alloc(32, 8);
    const sealed = createSecretBox(former).seal(SECRET, 'o');
    const both = createSecretBox(key, [former]);
    expect(both.open(sealed, 'o')).toBe(SECRET);
    expect(both.keyIds).toContain(sealed.split('.')[1]);
    expect(both.seal(SECRET, 'o').split('.')[1]).toBe(both.keyId);
    const { keyIds, open } = createSecretBox(key);
    expect(keyIds).toEqual([both.keyId]);
    expect(() => open(sealed, 'o')).toThrow(SecretBoxError);
  });

  const sealed = createSecretBox(key).seal(SECRET, 'o');
  const changed = (index: number) =>
    sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
  test.each<[string, string, string]>([
    ['another owner', sealed, 'p'],
    ['a changed text', changed(20), 'o'],
    ['a changed tag', changed(sealed.length - 3), 'o'],
    ['a text cut short', sealed.slice(0, 20), 'o'],
    ['an empty text', '', 'o'],
    ['a plain secret', SECRET, 'o'],
    ['a later format', sealed.replace('v1', 'v2'), 'o'],
  ])('does not open: %s', (_case, text, owner) => {
    const open = () => createSecretBox(key).open(text, owner);
    expect(open).toThrow(SecretBoxError);
    expect(open).not.toThrow(SECRET);
  });
});

describe('parseSecretKey', () => {
  test.each([
    key.toString('hex'),
    key.toString('hex').toUpperCase(),
    key.toString('base64'),
    ` ${key.toString('base64')}\n`,
  ])('reads %s', (text) => expect(parseSecretKey(text)).toEqual(key));
  test.each([
    '',
    'short',
    'x'.repeat(44),
    key.subarray(1).toString('hex'),
    key.toString('base64').slice(4),
    '{}'.repeat(22),
  ])('refuses %s without repeating it', (text) => {
    expect(() => parseSecretKey(text)).toThrow('SECRET_KEY must be 32 bytes');
    if (text) expect(() => parseSecretKey(text)).not.toThrow(text);
  });
});

describe('loadSecretKeyFile', () => {
  let dataDir: string;
  beforeEach(async () => void (dataDir = await mkdtemp(join(tmpdir(), 'alink-key-'))));
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  test('makes one key, however many ask at once, that only its owner reads', async () => {
    const folder = join(dataDir, 'new');
    const first = await loadSecretKeyFile(folder);
    expect(first).toHaveLength(32);
    expect(await Promise.all([loadSecretKeyFile(folder), loadSecretKeyFile(folder)])).toEqual([first, first]);
    expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600);
  });

  test('reads a key that an editor of Windows has saved', async () => {
    const key = 'ab'.repeat(32);
    await writeFile(join(dataDir, 'secret.key'), Buffer.from(`\uFEFF${key}\r\n`, 'utf16le'));
    expect((await loadSecretKeyFile(dataDir)).toString('hex')).toBe(key);
    await writeFile(join(dataDir, 'secret.key'), Buffer.of(0xce, 0xc2));
    await expect(loadSecretKeyFile(dataDir)).rejects.toThrow(/secret\.key is written in GBK/);
  });

  test('does not replace a file that is no key', async () => {
    await writeFile(join(dataDir, 'secret.key'), 'nonsense');
    await expect(loadSecretKeyFile(dataDir)).rejects.toThrow('SECRET_KEY must be');
  });
});

test('keys for other purposes follow from the key and the purpose, former keys after the present one', () => {
  const [key, former] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
  const box = createSecretBox(key, [former]);
  const [first, second] = box.keysFor('files');
  expect(first).toHaveLength(32);
  expect(createSecretBox(key).keysFor('files')).toEqual([first]);
  expect(createSecretBox(former).keysFor('files')).toEqual([second]);
  expect(box.keysFor('others')).not.toContainEqual(first);
  expect(first).not.toEqual(key);
});
