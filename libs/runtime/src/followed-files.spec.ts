import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FollowedFiles } from './followed-files';

const folder = mkdtempSync(join(tmpdir(), 'followed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const read = (...paths: string[]): string => {
  const files = new FollowedFiles({ what: 'the words', paths, parse: (contents) => contents.join('+') });
  files.stop();
  return files.value;
};

test('text is handed over as UTF-8, whatever an editor has written', () => {
  const marked = file('marked', Buffer.from('\uFEFFname:token'));
  const utf16 = file('utf16', Buffer.from('\uFEFFname:token', 'utf16le'));
  expect(read(marked, utf16)).toBe('name:token+name:token');
});

test('a file in another encoding ends the start, and is named', () => {
  const good = file('good', Buffer.from('a'));
  const gbk = file('gbk', Buffer.from([0x23, 0x0a, 0xce, 0xc2, 0xb6, 0xc8]));
  expect(() => read(good, gbk)).toThrow(`${gbk} is written in GBK, not in UTF-8 (line 2): save it as UTF-8`);
});
