/** Drivers on gateways (Link IoT Edge). Source: Alibaba Cloud IoT documentation, "Remote configuration". */
import type { Route } from '../../route';
import { notice } from './unserved';

export const gatewayDrivers: readonly Route[] = [
  notice('no drivers on gateways: only Link IoT Edge has them', {
    family: 'sys',
    path: 'thing/model/config/push',
    meaning: 'a new configuration of the thing model',
  }),
];
