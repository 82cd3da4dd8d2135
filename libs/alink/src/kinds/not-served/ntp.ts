/** The time. Source: Alibaba Cloud IoT documentation, "NTP service". */
import type { Route } from '../../route';
import { kept } from './unserved';

export const ntp: readonly Route[] = [
  kept('the time is not told yet', {
    family: 'ext',
    path: 'ntp/request',
    meaning: 'ask for the time',
    replyOn: { path: 'ntp/response', meaning: 'the time' },
  }),
];
