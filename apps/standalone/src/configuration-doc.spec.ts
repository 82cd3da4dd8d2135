/** What the documents say of configuration, in both languages, held against the schemas. */
import { dmConfigSchema } from '@alink/app-dm-rpc/config';
import { nodeConfigSchema } from '@alink/app-protocol-aliyun-mqtt/config';
import { timedjobSchema } from '@alink/app-timedjob-rpc/config';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { standaloneConfigSchema } from './config';

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The letters of the table, in the order in which they stand there. */
const schemas: Record<string, z.ZodObject> = {
  S: standaloneConfigSchema,
  G: nodeConfigSchema,
  D: dmConfigSchema,
  J: timedjobSchema,
};

const languages = {
  'docs/configuration.md': { required: 'required', others: 'others', colon: ': ', semicolon: '; ' },
  'docs/zh-CN/configuration.md': { required: '必填', others: '其他', colon: '：', semicolon: '；' },
};
type Words = (typeof languages)['docs/configuration.md'];

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

/** Cells of the table that stands between two remarks of this name. */
const tableRows = (text: string, name: string): string[][] => {
  const [, table = ''] = text.split(new RegExp(`<!-- /?${name} -->`));
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
  const text = read(file);

  test('the table of variables is that of the schemas', () => {
    const rows = tableRows(text, 'configuration');
    expect(rows.map((row) => row.slice(0, 3)).sort()).toEqual(expectedRows(words).sort());
    for (const [name, , , meaning] of rows) expect([name, Boolean(meaning)]).toEqual([name, true]);
  });

  test('the table of ports has all of them, with their defaults', () => {
    const rows = tableRows(text, 'ports').map(([port, , variable]) => [port, variable]);
    const ports = Object.entries(standaloneConfigSchema.shape).filter(([key]) => key.endsWith('_PORT'));
    const expected = ports.map(([key, field]) => [String(field.parse(undefined)), `\`${key}\``]);
    expect(rows.sort()).toEqual(expected.sort());
  });
});
