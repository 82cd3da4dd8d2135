import { displayWidth } from './display-width';
import { Output } from './output';

const output = (json = false) => {
  const written = { stdout: '', stderr: '' };
  const out = new Output(
    {
      stdout: (text) => (written.stdout += text),
      stderr: (text) => (written.stderr += text),
      terminalColumns: () => undefined,
      now: () => 0,
    },
    json,
  );
  return { out, written };
};
const rows = [
  { productKey: 'a1X', name: '温度计', tags: { a: 1 }, hidden: 1 },
  { productKey: 'longer-key', name: 'x', tags: undefined, hidden: 2 },
];

/** What could steer a terminal or turn the direction of a line. */
const hostile = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe('for people', () => {
  test('a list is a table with aligned columns', () => {
    const { out, written } = output();
    out.rows(rows, ['productKey', 'name', 'tags'], 'nothing');
    expect(written.stdout).toBe(
      'PRODUCT KEY  NAME    TAGS\n' + //
        'a1X          温度计  {"a":1}\n' +
        'longer-key   x\n',
    );
  });
  test('a list may be as long as the longest file of devices', () => {
    const { out, written } = output();
    const names = Array.from({ length: 300_000 }, (_, n) => ({ name: `dev${n}`, result: 'x' }));
    out.rows(names, ['name', 'result'], '');
    expect(written.stdout.split('\n')).toHaveLength(300_002);
    expect(written.stdout).toContain('\ndev7       x\n');
  });
  test('an empty list is a sentence', () => {
    const { out, written } = output();
    out.rows([], [], 'no devices');
    expect(written.stdout).toBe('no devices\n');
  });
  test('a record is a line for each member that is set', () => {
    const { out, written } = output();
    out.record({ productKey: 'a1X', name: '', state: undefined, n: 0 });
    expect(written.stdout).toBe('product key:  a1X\nn:            0\n');
  });
  test('what a device made up cannot steer the terminal', () => {
    const { out, written } = output();
    out.rows([{ name: '\u001b[2J\u009b31m\n\t\u007f' }], ['name'], '');
    out.follow({}, 'a\u001b]0;owned\u0007b');
    out.done({}, 'x\r\ny');
    out.note('\u001b[0m');
    out.record({ name: 'evil\u202egpj.exe' });
    out.text('one\ntwo\u2066\n');
    expect(written.stdout + written.stderr).not.toMatch(hostile);
    expect(written.stdout).toContain('\\u001b[2J');
    expect(written.stdout).toContain('evil\\u202egpj.exe\none\ntwo\\u2066\n');
  });
});

describe('for programs', () => {
  test('a list has every member of every row', () => {
    const { out, written } = output(true);
    out.rows(rows, ['name'], 'nothing');
    out.text('not for programs');
    expect(JSON.parse(written.stdout)).toEqual(JSON.parse(JSON.stringify(rows)));
  });
  test('what a device made up cannot steer the terminal either, and keeps its value', () => {
    const { out, written } = output(true);
    const row = { name: 'a\u009b31m\u202egpj.exe\u2066\u007f\u001b[2J' };
    out.rows([row], ['name'], '');
    expect(JSON.parse(written.stdout)).toEqual([row]);
    out.follow(row, '');
    out.record(row);
    out.document(row);
    out.done(row, '');
    expect(written.stdout).not.toMatch(hostile);
  });
  test('what follows is one line each', () => {
    const { out, written } = output(true);
    out.follow({ a: 'x\ny' }, 'line');
    out.follow({ a: 2 }, 'line');
    expect(
      written.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([{ a: 'x\ny' }, { a: 2 }]);
  });
});

test.each([
  ['abc', 3],
  ['温度', 4],
  ['ﾊﾝｶｸ', 4],
  ['한글', 4],
  ['e\u0301', 1],
  ['💡', 2],
  ['', 0],
])('%j is %i columns wide', (text, width) => expect(displayWidth(text)).toBe(width));
