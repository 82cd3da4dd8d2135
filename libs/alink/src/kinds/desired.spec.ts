import { compileModel } from '@alink/thing-model';
import { publish } from '../../test/publish';

const anything = compileModel(undefined, 'none');
const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
const ask = (path: string, params: unknown, model = anything) =>
  publish({ path: `thing/property/desired/${path}`, model }, JSON.stringify({ id: '1', params }))!;

test('200 properties can be asked for and deleted at once, 201 cannot', () => {
  expect(ask('get', names(200)).ask!.question).toMatchObject({ kind: 'desired.get', names: { length: 200 } });
  expect(ask('get', names(201)).reply).toMatchObject({ code: 6104 });
  const deletions = (count: number) => Object.fromEntries(names(count).map((name) => [name, {}]));
  expect(ask('delete', deletions(200)).ask!.question).toMatchObject({ deletions: { length: 200 } });
  expect(ask('delete', deletions(201)).reply).toMatchObject({ code: 6104 });
});

test('without validation a property need not be in the model', () => {
  expect(ask('get', ['any']).ask!.question).toEqual({ kind: 'desired.get', names: ['any'] });
  expect(ask('delete', { any: { version: 2 } }).ask!.question).toEqual({
    kind: 'desired.delete',
    deletions: [{ name: 'any', version: 2 }],
  });
});

test.each(['', 'x'.repeat(129), 'a\0b', '\ud800', '__proto__'])('%j names nothing', (name) => {
  expect(ask('get', ['fine', name]).reply).toMatchObject({ code: 460 });
  const payload = `{"id":"1","params":{"fine":{},${JSON.stringify(name)}:{}}}`;
  expect(publish({ path: 'thing/property/desired/delete', model: anything }, payload)!.reply).toMatchObject({
    code: 460,
  });
});

test('what a version is worth', () => {
  const deletion = (version: unknown) => ask('delete', { p: { version } });
  for (const version of [0, 7, 2 ** 53 - 1]) {
    expect(deletion(version).ask!.question).toMatchObject({ deletions: [{ name: 'p', version }] });
  }
  expect(deletion(null).ask!.question).toEqual({ kind: 'desired.delete', deletions: [{ name: 'p' }] });
  for (const version of [true, 2 ** 53, 'seven', {}]) expect(deletion(version).reply).toMatchObject({ code: 460 });
});
