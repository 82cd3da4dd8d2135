import { isAlinkId } from '@alink/alink';
import { newAlinkId } from './alink-id';

test('ids are such as devices take, and hardly ever the same', () => {
  const ids = Array.from({ length: 1000 }, newAlinkId);
  expect(ids.filter((id) => !isAlinkId(id))).toEqual([]);
  expect(new Set(ids).size).toBeGreaterThan(990);
});
