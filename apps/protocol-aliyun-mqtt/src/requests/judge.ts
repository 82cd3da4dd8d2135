/** What becomes of sub-devices that a gateway device names, one by one and all together. */
import type { Reply } from '@alink/alink';
import type { DeviceIdentity } from '@alink/signing';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Found } from '../directory/records';
import type { Objection } from './objections';

/** A sub-device with what is known of it; without `objection` it may be what was asked for. */
export interface Judged<T extends DeviceIdentity> {
  readonly device: T;
  readonly found: Found;
  readonly objection?: Objection;
}

/**
 * Decides on each by what is known of it, and where that would refuse it, once more by what dm says now: of what was changed
 * a moment ago, this node may not have heard yet.
 * @throws {DirectoryUnavailable} nobody can say who they are now
 */
export const judge = <T extends DeviceIdentity>(
  directory: Pick<DeviceDirectory, 'find' | 'renewed' | 'isCurrent'>,
  devices: readonly T[],
  objectionTo: (device: T, found: Found) => Objection | undefined,
): Promise<Judged<T>[]> =>
  Promise.all(
    devices.map(async (device): Promise<Judged<T>> => {
      const { productKey, deviceName } = device;
      const isFromMemory = directory.isCurrent(productKey, deviceName);
      // A gateway device that comes back names fifty at once, and waits for longer than others do for their CONNACK.
      const found = await directory.find(productKey, deviceName, true);
      const objection = objectionTo(device, found);
      if (!objection || !isFromMemory) return { device, found, objection };
      const now = await directory.renewed(productKey, deviceName);
      return { device, found: now, objection: objectionTo(device, now) };
    }),
  );

/** What is answered where all or none of them may: the first refusal, with the names of all that are refused. */
export const refusalOf = (refused: readonly Pick<Judged<DeviceIdentity>, 'device' | 'objection'>[]): Reply => {
  const { code, message } = refused[0]!.objection!;
  return { code, message, data: refused.map(({ device }) => namesOf(device)) };
};

/** A sub-device without what was signed. */
export const namesOf = ({ productKey, deviceName }: DeviceIdentity) => ({ productKey, deviceName });
