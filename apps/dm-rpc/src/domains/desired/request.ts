/**
 * What devices ask about their desired values ("Alibaba Cloud IoT documentation, 'Desired device property values'"). Limits and
 * the thing model are the node's to check. None of it is audited: what a device deletes, it has taken over.
 */
import type { Json } from '@alink/contract';
import { isStorableText, type DesiredDeletion, type Reply } from '@alink/alink';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { isListOf, isObject, isText } from '../../wire/shape';
import { DISABLED, NO_DEVICE, type Answerers } from '../answerer';
import { deleteOfDevices, readOfDevices, type ToldValue } from './store';

/** "desired property query failed". */
const NOT_READ: Reply = { code: 6661 };

const isName = (value: unknown): boolean => isText(value) && value !== '' && isStorableText(value);
const isDeletion = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { name, version } = value as Partial<DesiredDeletion>;
  return isName(name) && (version === undefined || Number.isSafeInteger(version));
};

const told = ({ value, version }: ToldValue): Json => ({ value: JSON.parse(value) as Json, version: Number(version) });

export const desiredAnswerers = ({ prisma, now }: Pick<DmContext, 'prisma' | 'now'>): Answerers => ({
  'desired.get': {
    needs: { names: isListOf(isName) },
    failed: NOT_READ,
    async answer(asked) {
      const found = await readOfDevices(
        prisma,
        asked.map(({ device, question: { names } }) => ({ ...device, names })),
      );
      return asked.map(({ device, question: { names } }): Reply => {
        const { isEnable, values } = found.get(deviceKey(device)) ?? {};
        if (!values) return NO_DEVICE;
        if (!isEnable) return DISABLED;
        const known = names.filter((name) => values.has(name));
        return { code: 200, data: Object.fromEntries(known.map((name) => [name, told(values.get(name)!)])) };
      });
    },
  },

  'desired.delete': {
    needs: { deletions: isListOf(isDeletion) },
    async answer(asked) {
      const enabled = await deleteOfDevices(
        prisma,
        asked.map(({ device, question: { deletions } }) => ({ ...device, deletions })),
        now(),
      );
      return asked.map(({ device }): Reply => {
        const isEnable = enabled.get(deviceKey(device));
        if (isEnable === undefined) return NO_DEVICE;
        return isEnable ? { code: 200 } : DISABLED;
      });
    },
  },
});
