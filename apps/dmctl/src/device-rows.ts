/** A device, as tables show it. */
import { YesNo } from '@alink/contract/enumerations';
import { deviceTypes, isoOfSeconds, onlineStates, wordOf } from '@alink/operator/words';
import type { Session } from './session';

type DeviceInfo = NonNullable<Awaited<ReturnType<Session['devices']['deviceInfoRead']>>['Gateway']>;

export const rowOfDevice = (info: DeviceInfo) => ({
  productKey: info.productID,
  deviceName: info.deviceName,
  alias: info.deviceAlias?.value || undefined,
  state: stateOf(info),
  deviceType: wordOf({ unknown: 0, ...deviceTypes }, info.deviceType),
  lastLogin: isoOfSeconds(info.lastLogin),
  created: isoOfSeconds(info.createdTime),
});

const stateOf = ({ isEnable, isOnline, firstLogin }: DeviceInfo): string => {
  if (Number(isEnable) === YesNo.no) return 'disabled';
  if (Number(isOnline) === onlineStates.online) return 'online';
  return firstLogin === '0' ? 'never connected' : 'offline';
};
