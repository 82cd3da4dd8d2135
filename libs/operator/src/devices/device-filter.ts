/** Which devices are meant: the same for listing them and for changing many. */
import type { Platform } from '../platform';
import { deviceStatuses, onlineStates } from '../words/wire-words';

export interface DeviceFilter {
  readonly online?: boolean;
  readonly status?: keyof typeof deviceStatuses;
  /** In DeviceName or alias. */
  readonly name?: string;
  /** All of them must be there. */
  readonly tag?: Record<string, string>;
}

/** Rows in one answer of the platform. */
const PAGE_SIZE = 2000;
/** `PageInfo.OrderBy.sort`. */
const ASCENDING = 1;

/** The filter as `deviceInfoIndex` takes it. */
export const filterRequest = ({ online, status, name, tag }: DeviceFilter) => ({
  deviceNameOrAlias: name,
  tags: tag,
  isOnline: online ? onlineStates.online : 0,
  status: status && deviceStatuses[status],
});

/** The names of all devices of a product that a filter lets through, however many pages they take. */
export const filteredNames = async (
  { devices }: Pick<Platform, 'devices'>,
  productID: string,
  filter: DeviceFilter,
): Promise<string[]> => {
  const names: string[] = [];
  // Sorted by what does not change, so that no device comes twice or not at all.
  const orders = [{ field: 'id', sort: ASCENDING }];
  for (let page = 1; ; page++) {
    const { list } = await devices.deviceInfoIndex({
      ...filterRequest(filter),
      productID,
      page: { page, size: PAGE_SIZE, orders },
    });
    names.push(...list.map(({ deviceName }) => deviceName));
    if (list.length < PAGE_SIZE) return names;
  }
};
