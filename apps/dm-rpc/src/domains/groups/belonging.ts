/** The groups that a device is in, as its record shows them. */
import type { services } from '@alink/contract';
import type { ResponseOf } from '../../wire/messages';

type BelongGroup = NonNullable<ResponseOf<typeof services.deviceManage, 'deviceInfoRead'>['BelongGroup']>;

/** What a query of devices reads of their groups. */
export const GROUPS_PART = {
  groups: {
    select: { group: { select: { id: true, idPath: true, purpose: true } } },
    orderBy: { groupID: 'asc' },
  },
} as const;

interface WithGroups {
  readonly groups: readonly {
    readonly group: { readonly id: bigint; readonly idPath: string; readonly purpose: string };
  }[];
}

/** By purpose. */
export const belongGroup = ({ groups }: WithGroups): BelongGroup => {
  const byPurpose = new Map<string, { ids: string[]; idPaths: string[] }>();
  for (const { group } of groups) {
    const { ids, idPaths } = byPurpose.get(group.purpose) ?? { ids: [], idPaths: [] };
    byPurpose.set(group.purpose, { ids: [...ids, group.id.toString()], idPaths: [...idPaths, group.idPath] });
  }
  return Object.fromEntries(byPurpose);
};
