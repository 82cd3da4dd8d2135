/** What the READMEs show, held against what the screen shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { walkThrough } from './welcome';

/** A newcomer reads it to the end; what does not fit belongs into `docs/`. */
const MAX_BYTES = 8192;

describe.each(['README.md', 'README.zh-CN.md'])('%s', (file) => {
  const text = readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');

  test('the walk-through is the one that the screen shows', () => {
    for (const line of walkThrough('127.0.0.1', 1883)) expect(text).toContain(`${line}\n`);
  });

  test('is short enough to be read', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
  });
});
