import { execFileSync } from 'node:child_process';
import { shellLine, shellQuote } from './shell-quote';

test('plain words stay as they are, others stand in single quotes', () => {
  expect(['/sys/p/d', '-h', '127.0.0.1', 'dev001&p', '', "it's"].map(shellQuote)).toEqual([
    '/sys/p/d',
    '-h',
    '127.0.0.1',
    "'dev001&p'",
    "''",
    `'it'\\''s'`,
  ]);
});

test('a real shell gives back every word', () => {
  const words = [
    'a b',
    '',
    "'",
    `"$HOME"`,
    '`id`',
    '$(id)',
    'a|b;c&d',
    '\\',
    '*',
    '~',
    '!x',
    '#',
    'ü\n2',
    '{"a":1}',
    '-x',
  ];
  const written = execFileSync('sh', ['-c', shellLine(['printf', '%s\\0', ...words])], { encoding: 'utf8' });
  expect(written.split('\0').slice(0, -1)).toEqual(words);
});
