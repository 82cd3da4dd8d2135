import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkNode, packagesAreCurrent, SetupError } from './setup.mjs';

describe('Node.js version', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s will do', (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });

  test.each(['18.20.8', '20.18.3', '16.0.0'])('%s is too old, in one line', (version) => {
    expect(() => checkNode(version)).toThrow(SetupError);
    expect(() => checkNode(version)).toThrow(/^Node\.js 20\.19 or newer is needed, this is [\d.]+: \S.*$/);
  });
});

describe('installed packages', () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alink-setup-'));
    mkdirSync(join(folder, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file, packages) => writeFileSync(join(folder, file), JSON.stringify({ packages }));
  const lock = (packages) => write('package-lock.json', { '': { name: 'it' }, ...packages });
  const installed = (packages) => write('node_modules/.package-lock.json', packages);

  test('are current when each has the version of the lock', () => {
    lock({ 'node_modules/a': { version: '1.0.0' } });
    installed({ 'node_modules/a': { version: '1.0.0' } });
    expect(packagesAreCurrent(folder)).toBe(true);
  });

  test('are not current when one has another version', () => {
    lock({ 'node_modules/a': { version: '1.0.1' } });
    installed({ 'node_modules/a': { version: '1.0.0' } });
    expect(packagesAreCurrent(folder)).toBe(false);
  });

  test('are not current when one is missing', () => {
    lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } });
    installed({ 'node_modules/a': { version: '1.0.0' } });
    expect(packagesAreCurrent(folder)).toBe(false);
  });

  test('are current without an optional one, which may be for another platform', () => {
    lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/win': { version: '2.0.0', optional: true } });
    installed({ 'node_modules/a': { version: '1.0.0' } });
    expect(packagesAreCurrent(folder)).toBe(true);
  });

  test('are not current when npm never came to the end', () => {
    lock({ 'node_modules/a': { version: '1.0.0' } });
    expect(packagesAreCurrent(folder)).toBe(false);
  });
});
