/** Which devices are meant: the same for listing them and for changing many. */
import { allPages } from '../all-pages';
import type { Platform } from '../platform';
import { deviceStatuses, onlineStates } from '../words/wire-words';

export interface DeviceFilter {
  readonly online?: boolean;
  readonly status?: keyof typeof deviceStatuses;
  /** In DeviceName or alias. */
  readonly name?: string;
  /** All of them must be there. */
  readonly tag?: Record<string, string>;
  /** Id of a group that they are in. */
  readonly groupID?: string;
}

/** The filter as `deviceInfoIndex` takes it. */
export const filterRequest = ({ online, status, name, tag, groupID }: DeviceFilter) => ({
  deviceNameOrAlias: name,
  tags: tag,
  groupID,
  isOnline: online ? onlineStates.online : 0,
  status: status && deviceStatuses[status],
});

/** The names of all devices of a product that a filter lets through, however many pages they take. */
export const filteredNames = async (
  { devices }: Pick<Platform, 'devices'>,
  productID: string,
  filter: DeviceFilter,
): Promise<string[]> => {
  const list = await allPages('id', (page) => devices.deviceInfoIndex({ ...filterRequest(filter), productID, page }));
  return list.map(({ deviceName }) => deviceName);
};
