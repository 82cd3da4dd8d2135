/** Firmware over the air. Source: Alibaba Cloud IoT documentation, "OTA". */
import type { Route } from '../../route';
import { unreadAlink } from '../unknown-request';
import { notice, request, requestOn, unanswered } from './unserved';

const NO_OTA = 'no firmware upgrades yet';

export const ota: readonly Route[] = [
  unanswered(NO_OTA, { family: 'ota', path: 'device/inform', meaning: 'report the firmware version' }),
  notice(NO_OTA, { family: 'ota', path: 'device/upgrade', meaning: 'a new firmware' }),
  unanswered(NO_OTA, { family: 'ota', path: 'device/progress', meaning: 'report how an upgrade goes' }),
  {
    ...requestOn(
      NO_OTA,
      { family: 'ota', path: 'device/request', meaning: 'ask for firmware, and its answer', replyOn: 'itself' },
      unreadAlink,
    ),
    down: 'bytes',
  },
  request(NO_OTA, 'thing/ota/firmware/get', 'ask for firmware'),
];
