/** Who came into groups or left them: noted with each device, and told to whoever keeps its record. */
import type { AuditAction, Note } from '../../audit/audit-log';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import type { Moved } from './members';

export const noteMoved = (note: Note, action: AuditAction, moved: readonly Moved[]): void => {
  for (const { groupID, productID, deviceName } of moved) {
    note(action, { productID, deviceName }, { group: groupID.toString() });
  }
};

/** Their groups are a part of their records. */
export const tellMoved = ({ changes }: Pick<DmContext, 'changes'>, moved: readonly DeviceCore[]): Promise<void> => {
  const devices = new Map(moved.map((device) => [`${device.productID}/${device.deviceName}`, device]));
  return changes.devicesChanged([...devices.values()]);
};
