/**
 * Common definitions as a file: JSON in the form in which unitedrhino's dm writes it. There numbers are numbers, and what
 * is at its zero value may be missing.
 */
import { jsonList, numberIn, objectIn, textIn, type Members } from '../../wire/json-list';
import { commonInfo, type CommonInput, type CommonRow } from './common-record';

const NUMBERS = [
  'type',
  'required',
  'isCanSceneLinkage',
  'funcGroup',
  'userPerm',
  'recordMode',
  'isPassword',
  'order',
  'controlMode',
] as const;

export const writeCommonFile = (rows: readonly CommonRow[]): string =>
  JSON.stringify(
    rows.map((row) => {
      const info = commonInfo(row) as Members;
      const numbers = NUMBERS.map((key) => [key, Number(info[key] ?? 0)]);
      return { ...info, id: Number(row.id), ...Object.fromEntries(numbers) };
    }),
  );

/** A text in its wrapper; null where it is missing. */
const wrappedIn = (members: Members, key: string): { value: string } | null => {
  const wrapper = objectIn(members, key);
  return wrapper ? { value: textIn(wrapper, 'value') } : null;
};

const readOne = (members: Members): CommonInput => ({
  ...(Object.fromEntries(NUMBERS.map((key) => [key, numberIn(members, key)])) as Record<
    (typeof NUMBERS)[number],
    string
  >),
  id: '0',
  identifier: textIn(members, 'identifier'),
  extendConfig: textIn(members, 'extendConfig'),
  name: wrappedIn(members, 'name'),
  desc: wrappedIn(members, 'desc'),
  affordance: wrappedIn(members, 'affordance'),
  productCategories: [],
});

/** @throws {RpcError} 100006 for what is no list of definitions */
export const readCommonFile = (text: string): CommonInput[] => jsonList('schemas', text).map(readOne);
