import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { notServed } from '../not-served';

/** `dm.DeviceGroup`. */
export const deviceGroup = (): Handlers<typeof services.deviceGroup> =>
  notServed(
    'groupInfoCreate',
    'groupInfoIndex',
    'groupInfoRead',
    'groupInfoUpdate',
    'groupInfoDelete',
    'groupDeviceMultiCreate',
    'groupDeviceMultiUpdate',
    'groupDeviceMultiDelete',
  );
