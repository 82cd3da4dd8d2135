/** What the READMEs say of configuration and commands, held against the code. */
import { dmConfigSchema } from '@alink/app-dm-rpc/config';
import { gatewayConfigSchema } from '@alink/app-protocol-aliyun-mqtt/config';
import { timedjobSchema } from '@alink/app-timedjob-rpc/config';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { standaloneConfigSchema } from './config';
import { walkThrough } from './welcome';

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The letters of the table, in the order in which they stand there. */
const schemas: Record<string, z.ZodObject> = {
  S: standaloneConfigSchema,
  G: gatewayConfigSchema,
  D: dmConfigSchema,
  J: timedjobSchema,
};

const languages = {
  'README.md': { required: 'required', others: 'others', colon: ': ', semicolon: '; ' },
  'README.zh-CN.md': { required: '必填', others: '其他', colon: '：', semicolon: '；' },
};
type Words = (typeof languages)['README.md'];

/** A default as the table writes it. */
const defaultText = (field: z.ZodType, words: Words): string => {
  const { success, data } = field.safeParse(undefined);
  if (!success) return words.required;
  if (data === undefined) return '–';
  if (typeof data === 'boolean') return data ? '`on`' : '`off`';
  return `\`${String(data)}\``;
};

/** Rows of the table: variable, apps that read it, default. */
const expectedRows = (words: Words): string[][] => {
  const keys = [...new Set(Object.values(schemas).flatMap(({ shape }) => Object.keys(shape)))];
  return keys.sort().map((key) => {
    const readers = Object.entries(schemas).filter(([, { shape }]) => key in shape);
    const defaults = readers.map(([, { shape }]) => defaultText(shape[key] as z.ZodType, words));
    const [first = '', second] = defaults;
    const same = defaults.every((text) => text === first);
    const text = same ? first : `S${words.colon}${first}${words.semicolon}${words.others}${words.colon}${second}`;
    return [`\`${key}\``, readers.map(([letter]) => letter).join(' '), text];
  });
};

const tableRows = (file: string): string[][] => {
  const [, table = ''] = read(file).split(/<!-- \/?configuration -->/);
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};

describe.each(Object.entries(languages))('%s', (file, words) => {
  test('the configuration table is that of the schemas', () => {
    const rows = tableRows(file);
    expect(rows.map((row) => row.slice(0, 3)).sort()).toEqual(expectedRows(words).sort());
    for (const [name, , , meaning] of rows) expect([name, Boolean(meaning)]).toEqual([name, true]);
  });

  test('the walk-through is the one that the screen shows', () => {
    const text = read(file);
    for (const line of walkThrough('127.0.0.1', 1883)) expect(text).toContain(`${line}\n`);
  });

  test('links lead to files', () => {
    const targets = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target as string);
    expect(targets.length).toBeGreaterThan(3);
    for (const target of targets) expect(() => read(target)).not.toThrow();
  });
});

test('both languages show the same commands and programs', () => {
  const blocks = (file: string) => [...read(file).matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, , code]) => code);
  const withoutRemarks = (code: string | undefined) => code?.replace(/ +(#|\/\/) .*$/gm, '');
  expect(blocks('README.zh-CN.md').map(withoutRemarks)).toEqual(blocks('README.md').map(withoutRemarks));
});
