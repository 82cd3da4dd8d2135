import { Batch } from './batch';

/** A batch that doubles numbers, and what it was asked for. */
const doubling = (fails: (items: readonly number[]) => void = () => undefined) => {
  const asked: number[][] = [];
  const batch = new Batch<number, number>({
    work: async (items) => {
      asked.push([...items]);
      fails(items);
      return items.map((item) => item * 2);
    },
    isOfOne: (error) => error === 'of one',
  });
  return { asked, batch };
};

test('what comes in one turn goes together, and each has its own result', async () => {
  const { asked, batch } = doubling();
  expect(await Promise.all([batch.add(1), batch.add(2)])).toEqual([2, 4]);
  expect(await batch.add(3)).toBe(6);
  expect(asked).toEqual([[1, 2], [3]]);
});

test('very many go in several', async () => {
  const { asked, batch } = doubling();
  const items = Array.from({ length: 1001 }, (_, at) => at);
  expect(await Promise.all(items.map((item) => batch.add(item)))).toEqual(items.map((item) => item * 2));
  expect(asked.map((each) => each.length)).toEqual([250, 250, 250, 250, 1]);
});

test('a failure that one has caused is that one’s alone', async () => {
  const { batch } = doubling((items) => {
    if (items.includes(2)) throw 'of one';
  });
  const ends = await Promise.allSettled([batch.add(1), batch.add(2), batch.add(3)]);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('any other failure is that of all, and they are not tried again', async () => {
  const { asked, batch } = doubling(() => {
    throw new Error('gone');
  });
  const ends = await Promise.allSettled([batch.add(1), batch.add(2)]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked).toHaveLength(1);
});
