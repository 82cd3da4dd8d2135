import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const check = (file) =>
  spawnSync(process.execPath, [join(root, 'tools/alink-doc.mjs'), '--check', file], { encoding: 'utf8' });
const page = join(root, 'docs/alink.md');

test('docs/alink.md is what the catalogue makes of it', () => {
  expect(check(page)).toMatchObject({ status: 0, stderr: '' });
});

test('a page on which a topic was changed by hand is noticed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alink-doc-'));
  try {
    const changed = join(folder, 'alink.md');
    writeFileSync(changed, readFileSync(page, 'utf8').replace('thing/event/property/post', 'thing/property/post'));
    expect(check(changed)).toMatchObject({ status: 1, stderr: expect.stringContaining('npm run docs:alink') });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
