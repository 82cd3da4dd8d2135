import type { Platform } from '../platform';
import { changedTags, type TagChanges } from '../words/changed-tags';
import { logLevels } from '../words/wire-words';

/** What of a device becomes another one; what is left out stays. */
export interface DeviceChange extends TagChanges {
  readonly alias?: string;
  readonly logLevel?: keyof typeof logLevels;
}

export const changeDevice = async (
  { devices, admin }: Pick<Platform, 'devices' | 'admin'>,
  device: { readonly productID: string; readonly deviceName: string },
  { alias, logLevel, tag, untag }: DeviceChange,
): Promise<void> => {
  const tags = tag || untag ? changedTags((await devices.deviceInfoRead(device)).tags, { tag, untag }) : {};
  const leavesNone = untag !== undefined && Object.keys(tags).length === 0;
  // The platform takes all tags at once; that there are none is said in a call of its own.
  if (leavesNone) await admin.setDeviceTags({ ...device, tags });
  if (leavesNone && alias === undefined && !logLevel) return;
  await devices.deviceInfoUpdate({
    ...device,
    tags,
    logLevel: logLevel && logLevels[logLevel],
    deviceAlias: alias === undefined ? null : { value: alias },
  });
};
