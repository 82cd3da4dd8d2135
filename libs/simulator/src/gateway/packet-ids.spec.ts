import { PacketIds } from './packet-ids';

const [first, second] = [{ name: 'first' }, { name: 'second' }];

test('devices that count alike get numbers of their own, the same ones again until they are acknowledged', () => {
  const ids = new PacketIds<object>();
  expect([ids.idOf(first, 1), ids.idOf(second, 1), ids.idOf(first, 2)]).toEqual([1, 2, 3]);
  expect(ids.idOf(second, 1)).toBe(2);
  expect(ids.acknowledge(2)).toEqual({ device: second, messageId: 1 });
  expect(ids.acknowledge(2)).toBeUndefined();
  expect(ids.idOf(second, 1)).toBe(4);
});

test('after the last number the first that is free comes again', () => {
  const ids = new PacketIds<object>();
  expect(ids.idOf(first, 1)).toBe(1);
  for (let id = 2; id <= 65_535; id++) ids.acknowledge(ids.idOf(second, id));
  expect(ids.idOf(second, 7)).toBe(2);
});

test('a connection that is forgotten has no numbers', () => {
  const ids = new PacketIds<object>();
  ids.idOf(first, 1);
  ids.clear();
  expect(ids.acknowledge(1)).toBeUndefined();
  expect(ids.idOf(first, 1)).toBe(2);
});
