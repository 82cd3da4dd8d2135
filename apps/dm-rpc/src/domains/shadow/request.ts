/**
 * What devices do with their shadows ("Alibaba Cloud IoT documentation, 'Device shadow'"). What the message alone tells is the
 * node's to check. None of it is audited: a device speaks of itself, as it does with its properties.
 */
import { isStorable, type Question, type Reply, type ShadowVersion } from '@alink/alink';
import type { Json } from '@alink/contract';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { isObject } from '../../wire/shape';
import type { Answerers, Asked } from '../answerer';
import { documentOf, isRefusal, type Change } from './document';
import { changeShadows, readShadows, type Outcome } from './store';

const EMPTY_SHADOW: Reply = { code: 407, message: 'the shadow is empty' };
/** A shadow has no codes for these. */
const NO_DEVICE: Reply = { code: 500, message: 'device not found' };
const DISABLED: Reply = { code: 500, message: 'device disabled' };

const isVersion = (value: unknown): boolean => Number.isSafeInteger(value);
const isPart = (value: unknown): boolean => value === undefined || (isObject(value) && isStorable(value));
const isRemoval = (value: unknown): boolean => value === null || isPart(value);

const replyOf = (outcome: Outcome): Reply => {
  if (outcome === 'unknown') return NO_DEVICE;
  if (outcome === 'disabled') return DISABLED;
  if (isRefusal(outcome)) return outcome;
  return { code: 200, data: { version: outcome.version } satisfies ShadowVersion };
};

type Changing = Extract<Question, { readonly kind: 'shadow.update' | 'shadow.delete' }>;

export const shadowAnswerers = ({ prisma, now }: Pick<DmContext, 'prisma' | 'now'>): Answerers => {
  const change = async <Q extends Changing>(asked: readonly Asked<Q>[], changeOf: (question: Q) => Change) => {
    const changes = asked.map(({ device, question }) => ({ device, change: changeOf(question) }));
    return (await changeShadows(prisma, changes, now())).map(replyOf);
  };

  return {
    'shadow.get': {
      needs: {},
      async answer(asked) {
        const found = await readShadows(
          prisma,
          asked.map(({ device }) => device),
        );
        return asked.map(({ device }): Reply => {
          const { isEnable, shadow } = found.get(deviceKey(device)) ?? {};
          if (isEnable === undefined) return NO_DEVICE;
          if (!isEnable) return DISABLED;
          return shadow ? { code: 200, data: documentOf(shadow) as unknown as Json } : EMPTY_SHADOW;
        });
      },
    },

    'shadow.update': {
      needs: { version: isVersion, reported: isPart, desired: isRemoval },
      answer: (asked) =>
        change(asked, ({ version, reported, desired }) => ({
          version,
          reported: { set: reported },
          desired: { removed: desired },
        })),
    },

    'shadow.delete': {
      needs: { version: isVersion, reported: isRemoval, desired: isRemoval },
      answer: (asked) =>
        change(asked, ({ version, reported, desired }) => ({
          version,
          reported: { removed: reported },
          desired: { removed: desired },
        })),
    },
  };
};
