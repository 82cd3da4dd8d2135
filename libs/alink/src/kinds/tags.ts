/**
 * Tags of a device, which it writes, reads and deletes itself: `thing/deviceinfo/{update,get,delete}`. Source: Alibaba
 * Cloud IoT documentation, "Device tags".
 */
import { looseAlink } from '../bodies/alink';
import { isRecord } from '../envelope';
import { readList, type ListForm } from '../read-list';
import { harmless, isProblem, wrongParameter, type Problem } from '../problem';
import type { Reply, Tag } from '../questions';
import { failed, paramsNoObject } from '../request-result';
import type { Asked, AskRoute, RequestResult, Route } from '../route';
import { isStorableText } from '../storable';

/** Tags in one update or deletion. */
const MAX_TAGS = 200;
/** Keys in one question for tags. */
const MAX_KEYS = 10;
/** Characters of a value; a Chinese or Japanese one counts twice. */
const MAX_VALUE_WIDTH = 128;
/** Characters of what an SDK says of itself: no limit is documented, and no device is refused for its SDK. */
const MAX_SYSTEM_VALUE_LENGTH = 1024;

/** At most 30 of these in the newer text, 64 letters, digits and `_` in an older one: what either takes is taken. */
const KEY = /^[\w#@%&*.-]{1,64}$/;
/** Keys of what SDKs report of themselves, in the domain `SYSTEM`. */
const SYSTEM_PREFIX = 'SYS_';

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

const widthOf = (value: string): number => {
  let width = 0;
  for (const char of value) width += WIDE.test(char) ? 2 : 1;
  return width;
};

/** No character is narrower than half its UTF-16 units: the longest texts need no counting. */
const isTooWide = (value: string): boolean => value.length > 2 * MAX_VALUE_WIDTH || widthOf(value) > MAX_VALUE_WIDTH;

const shortened = (value: string): string =>
  Array.from(value.slice(0, 2 * MAX_SYSTEM_VALUE_LENGTH))
    .slice(0, MAX_SYSTEM_VALUE_LENGTH)
    .join('');

/** @param place of the item in its list, from 1 */
const readKey = (key: unknown, place: number): string | Problem => {
  if (typeof key === 'string' && KEY.test(key) && key !== '__proto__') return key;
  const what = typeof key === 'string' ? `${harmless(key)} of item ${place} is` : `item ${place} has`;
  return wrongParameter(`${what} no tag key`, 'Make "attrKey" of 1 to 64 letters, digits and _-#@%&*.');
};

const readKeyOf = (item: unknown, place: number): string | Problem =>
  isRecord(item)
    ? readKey(item.attrKey, place)
    : wrongParameter(
        `item ${place} is no object`,
        'Send each item as an object, as in {"attrKey":"fw","attrValue":"1.2"}.',
      );

/** Devices also send numbers and booleans. */
const textOf = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

const readTag = (item: unknown, place: number): Tag | Problem => {
  const key = readKeyOf(item, place);
  if (isProblem(key)) return key;
  const { attrValue, domain } = item as Record<string, unknown>;
  const value = textOf(attrValue);
  if (typeof value !== 'string' || !isStorableText(value)) {
    return wrongParameter(
      `value of ${harmless(key)} is no text that can be kept`,
      'Send "attrValue" as text without U+0000.',
    );
  }
  if (domain === 'SYSTEM') return { key, value: shortened(value) };
  if (!isTooWide(value)) return { key, value };
  const limit = `${MAX_VALUE_WIDTH} characters`;
  return wrongParameter(
    `value of ${harmless(key)} is longer than ${limit}`,
    `Send at most ${limit}; a Chinese or Japanese one counts twice.`,
  );
};

const tagList: ListForm<Tag> = { name: 'params', max: MAX_TAGS, read: readTag };
const keyItemList: ListForm<string> = { name: 'params', max: MAX_TAGS, read: readKeyOf };
const keyList: ListForm<string> = { name: 'attrKeys', max: MAX_KEYS, read: readKey };

const noItems = wrongParameter('params is empty', 'Put at least one tag under "params".');

const askUpdate = (params: unknown): Asked | RequestResult => {
  const tags = readList(params, tagList);
  if (isProblem(tags)) return failed(tags);
  if (tags.length === 0) return failed(noItems);
  // Of a key that comes twice the last value counts, as if the two had come one after the other.
  const last = new Map(tags.map((tag) => [tag.key, tag]));
  return { question: { kind: 'tags.update', tags: [...last.values()] }, problems: [] };
};

const askDelete = (params: unknown): Asked | RequestResult => {
  const keys = readList(params, keyItemList);
  if (isProblem(keys)) return failed(keys);
  if (keys.length === 0) return failed(noItems);
  return { question: { kind: 'tags.delete', keys: [...new Set(keys)] }, problems: [] };
};

/** Only a device's own tags can be read, not the platform's; without a key nothing is found. */
const askGet = (params: unknown): Asked | RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const given = readList(params.attrKeys ?? [], keyList);
  if (isProblem(given)) return failed(given);
  const keys = [...new Set(given)].filter((key) => !key.startsWith(SYSTEM_PREFIX));
  if (keys.length === 0) return { code: 200, data: [], problems: [] };
  return { question: { kind: 'tags.get', keys }, problems: [] };
};

const toldCode = ({ code, message }: Reply): Reply => ({ code, message });

const toldTags = (reply: Reply): Reply => {
  if (reply.code !== 200) return toldCode(reply);
  const tags = Array.isArray(reply.data) ? (reply.data as unknown as readonly Tag[]) : [];
  return { code: 200, data: tags.map(({ key, value }) => ({ attrKey: key, attrValue: value })) };
};

/**
 * AliOS Things 3.x (`infra_activation.c`) and HaaS leave out the commas between the tags that they report of themselves.
 */
const body = looseAlink({ missingCommas: true });

const asked = (path: string, meaning: string, handlers: Pick<AskRoute, 'ask' | 'told'>): AskRoute => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply' },
  body,
  answeredBy: 'dm',
  ...handlers,
});

export const tags: readonly Route[] = [
  asked('thing/deviceinfo/update', 'write tags', { ask: askUpdate, told: toldCode }),
  asked('thing/deviceinfo/get', 'read tags', { ask: askGet, told: toldTags }),
  asked('thing/deviceinfo/delete', 'delete tags', { ask: askDelete, told: toldCode }),
];
