/**
 * What devices ask about their own tags ("Alibaba Cloud IoT documentation, 'Device tags'"). The limits of keys and values
 * are the node's to check; here stands what can be kept. None of it is audited: the audit log says which person or
 * service changed what, while a device speaks of itself, as it does with its properties, and many say the same at every
 * connect.
 */
import { isStorableText, type Reply, type Tag } from '@alink/alink';
import type { DmContext } from '../../context';
import { isListOf, isObject, isText } from '../../wire/shape';
import { DISABLED, NO_DEVICE, type Answerers, type Asked } from '../answerer';
import { MAX_TAGS, mergeTags, readTags, removeTags, type Outcome } from './store';

const MAX_KEY = 128;
const MAX_VALUE = 4096;

const isStorable = (value: unknown, maxLength: number): boolean =>
  isText(value) && value.length <= maxLength && isStorableText(value);

const isKey = (value: unknown): boolean => value !== '' && isStorable(value, MAX_KEY);
const isTag = (value: unknown): boolean =>
  isObject(value) && isKey((value as Partial<Tag>).key) && isStorable((value as Partial<Tag>).value, MAX_VALUE);

const replies: Readonly<Record<Outcome, Reply>> = {
  changed: { code: 200 },
  unchanged: { code: 200 },
  tooMany: { code: 460, message: `too many tags: a device has at most ${MAX_TAGS}` },
  disabled: DISABLED,
  unknown: NO_DEVICE,
};

const tagsOf = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]));

export const tagAnswerers = ({ prisma, changes }: DmContext): Answerers => {
  /** Tells of those that are changed. */
  const told = (asked: readonly Asked[], outcomes: readonly Outcome[]): Reply[] =>
    outcomes.map((outcome, at) => {
      if (outcome === 'changed') changes.deviceChanged(asked[at]!.device);
      return replies[outcome];
    });

  return {
    'tags.update': {
      needs: { tags: isListOf(isTag) },
      async answer(asked) {
        const merges = asked.map(({ device, question }) => ({ device, tags: tagsOf(question.tags) }));
        return told(asked, await mergeTags(prisma, merges));
      },
    },

    'tags.delete': {
      needs: { keys: isListOf(isKey) },
      async answer(asked) {
        const removals = asked.map(({ device, question }) => ({ device, keys: question.keys }));
        return told(asked, await removeTags(prisma, removals));
      },
    },

    'tags.get': {
      needs: { keys: isListOf(isKey) },
      async answer(asked) {
        const found = await readTags(
          prisma,
          asked.map(({ device }) => device),
        );
        return asked.map(({ question }, at): Reply => {
          const device = found[at];
          if (!device) return NO_DEVICE;
          if (!device.isEnable) return DISABLED;
          const existing = [...new Set(question.keys)].filter((key) => Object.hasOwn(device.tags, key));
          return { code: 200, data: existing.map((key) => ({ key, value: device.tags[key]! })) };
        });
      },
    },
  };
};
