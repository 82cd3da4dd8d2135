import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '@alink/runtime';
import { removeFolder, temporaryFolder } from '@alink/testing';
import { RotatedFile } from './log-file';

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder('log-file');
  file = join(folder, 'data', 'standalone.log');
});
afterEach(() => removeFolder(folder));

const read = (path = file): string => readFileSync(path, 'utf8');
const line = (n: number): Buffer => Buffer.from(`line ${String(n).padStart(3, '0')}\n`);

test('a full file is put aside while lines come, and both stay within their bound', () => {
  const log = new RotatedFile(file, 90);
  for (let n = 0; n < 25; n++) expect(log.write(line(n))).toBe(9);
  expect(read()).toBe([20, 21, 22, 23, 24].map((n) => line(n).toString()).join(''));
  expect(read(`${file}.1`)).toMatch(/^line 010\n[^]*line 019\n$/);
  expect(existsSync(`${file}.2`)).toBe(false);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('what an earlier process has written counts', () => {
  new RotatedFile(file, 90).write(line(0));
  const log = new RotatedFile(file, 20);
  log.write(line(1));
  log.write(line(2));
  expect(read()).toBe('line 002\n');
  expect(read(`${file}.1`)).toBe('line 000\nline 001\n');
});

test('a line longer than the bound has a file of its own', () => {
  const log = new RotatedFile(file, 20);
  log.write(line(0));
  log.write(Buffer.from(`${'x'.repeat(40)}\n`));
  log.write(line(1));
  expect(read()).toBe('line 001\n');
  expect(statSync(`${file}.1`).size).toBe(41);
});

test('where the file cannot be put aside, it begins anew', () => {
  const log = new RotatedFile(file, 20);
  log.write(line(0));
  log.write(line(1));
  // A folder of that name cannot be replaced by a file, whoever tries.

  mkdirSync(join(`${file}.1`, 'x'), { recursive: true });
  log.write(line(2));
  expect(read()).toBe('line 002\n');
});

test('a file that somebody else has cut is written on', () => {
  const log = new RotatedFile(file, 1000);
  log.write(line(0));
  truncateSync(file);
  log.write(line(1));
  expect(read()).toBe('line 001\n');
});

test('a folder that cannot be made ends the start in one line', () => {
  writeFileSync(join(folder, 'data'), 'a file');
  expect(() => new RotatedFile(file)).toThrow(StartError);
  expect(() => new RotatedFile(file)).toThrow(/^DATA_DIR cannot be used: /);
});
