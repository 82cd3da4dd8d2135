/** Firmware over the air. Source: Alibaba Cloud IoT documentation, "OTA". */
import type { Route } from '../../route';
import { kept, notice, request } from './unserved';

const NO_OTA = 'no firmware upgrades yet';

export const ota: readonly Route[] = [
  kept(NO_OTA, { family: 'ota', path: 'device/inform', meaning: 'report the firmware version' }),
  notice(NO_OTA, { family: 'ota', path: 'device/upgrade', meaning: 'a new firmware' }),
  kept(NO_OTA, { family: 'ota', path: 'device/progress', meaning: 'report how an upgrade goes' }),
  {
    ...kept(NO_OTA, { family: 'ota', path: 'device/request', meaning: 'ask for firmware, and its answer' }),
    down: 'bytes',
  },
  request(NO_OTA, 'thing/ota/firmware/get', 'ask for firmware'),
];
