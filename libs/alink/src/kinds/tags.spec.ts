import { publish } from '../../test/publish';

const update = (params: unknown) => publish({ path: 'thing/deviceinfo/update' }, JSON.stringify({ id: '1', params }))!;
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ attrKey: `k${index}`, attrValue: 'x' }));

test('200 tags pass, 201 do not', () => {
  expect(update(numbered(200)).ask!.question).toMatchObject({ kind: 'tags.update', tags: { length: 200 } });
  expect(update(numbered(201))).toMatchObject({ reply: { code: 460 } });
});

test('200 keys are deleted, 201 are not', () => {
  const remove = (count: number) =>
    publish({ path: 'thing/deviceinfo/delete' }, JSON.stringify({ id: '1', params: numbered(count) }))!;
  expect(remove(200).ask!.question).toMatchObject({ kind: 'tags.delete', keys: { length: 200 } });
  expect(remove(201)).toMatchObject({ reply: { code: 460 } });
});

test.each([
  ['128 of Latin', 'x'.repeat(128), 'x'],
  ['64 of Han', '温'.repeat(64), 'x'],
  ['64 of Kana', 'ン'.repeat(64), '.'],
  ['128 outside the basic plane', '😀'.repeat(128), '😀'],
])('a value of %s passes, one more character does not', (_name, value, more) => {
  expect(update([{ attrKey: 'a', attrValue: value }]).ask!.question).toMatchObject({ tags: [{ value }] });
  expect(update([{ attrKey: 'a', attrValue: value + more }]).reply).toMatchObject({ code: 460 });
});

test('what an SDK says of itself is shortened, not refused, and no character is torn', () => {
  const long = (char: string) =>
    update([{ attrKey: 'SYS_SDK_IF_INFO', attrValue: char.repeat(3000), domain: 'SYSTEM' }]);
  for (const char of ['x', '温', '😀']) {
    expect(long(char).ask!.question).toMatchObject({ tags: [{ value: char.repeat(1024) }] });
  }
});

test('a device that wants no reply gets none, whatever is answered', () => {
  const payload = '{"id":"1","sys":{"ack":0},"params":[{"attrKey":"fw","attrValue":"1"}]}';
  const { ask } = publish({ path: 'thing/deviceinfo/update' }, payload)!;
  for (const code of [200, 460, 6100]) expect(ask!.told({ code })).toBeUndefined();
});

test('when nobody could be asked, the device is told so', () => {
  const { ask } = update(numbered(1));
  expect(ask!.told({ code: 500 })!.payload).toBe(
    '{"id":"1","code":500,"message":"service error","version":"1.0","method":"thing.deviceinfo.update","data":{}}',
  );
});

test('a text in which no string ends is read once, however long it is', () => {
  const started = process.cpuUsage().user;
  for (const text of ['"\\"', '}', '} ', '"']) publish({ path: 'thing/deviceinfo/update' }, text.repeat(100_000));
  expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
});
