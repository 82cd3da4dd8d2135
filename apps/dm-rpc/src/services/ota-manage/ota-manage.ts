import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { notServed } from '../not-served';

/** `dm.OtaManage`. */
export const otaManage = (): Handlers<typeof services.otaManage> =>
  notServed(
    'otaFirmwareInfoCreate',
    'otaFirmwareInfoUpdate',
    'otaFirmwareInfoDelete',
    'otaFirmwareInfoIndex',
    'otaFirmwareInfoRead',
    'otaFirmwareJobCreate',
    'otaFirmwareJobIndex',
    'otaFirmwareJobRead',
    'otaFirmwareJobUpdate',
    'otaFirmwareDeviceIndex',
    'otaFirmwareDeviceCancel',
    'otaFirmwareDeviceRetry',
    'otaFirmwareDeviceConfirm',
    'otaModuleInfoCreate',
    'otaModuleInfoUpdate',
    'otaModuleInfoDelete',
    'otaModuleInfoIndex',
    'otaModuleInfoRead',
  );
