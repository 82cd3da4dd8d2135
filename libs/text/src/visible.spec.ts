import { visible, visibleJson, visibleLines } from './index';

const hostile = 'a\u001b[2J\u009b31m\r\n\t\u007f\u202egpj.exe\u2066\u2069\u200f\u061c\u2028\ufeffz';
const left = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

test('one line: nothing is left that commands a terminal or turns the direction', () => {
  expect(visible(hostile)).not.toMatch(left);
  expect(visible(hostile)).not.toContain('\n');
  expect(visible('\u001b[31m\u202e')).toBe('\\u001b[31m\\u202e');
});

test('lines stay lines', () => {
  expect(visibleLines('a\u0007\nb\u202e\n')).toBe('a\\u0007\nb\\u202e\n');
});

test('JSON stays JSON of the same value', () => {
  const value = { [hostile]: [hostile, { deep: '\u009b' }] };
  for (const indent of [undefined, 2]) {
    const json = visibleJson(JSON.stringify(value, null, indent));
    expect(json).not.toMatch(left);
    expect(JSON.parse(json)).toEqual(value);
  }
});

test.each(['温度 °C', 'e\u0301', '👩\u200d🔬', 'שלום', 'a\\u001b'])('%j is shown as it is', (text) => {
  expect([visible(text), visibleLines(text), visibleJson(text)]).toEqual([text, text, text]);
});
