/** How the network of a device is. Source: Alibaba Cloud IoT documentation, "Network status"; Link SDK for C 4.x, diag. */
import type { Route } from '../../route';
import { request } from './unserved';

export const diagnosis: readonly Route[] = [
  request('the state of the network is not kept', '_thing/diag/post', 'report a diagnosis of the network'),
];
