/** Values that a property should have. Source: Alibaba Cloud IoT documentation, "Desired device property values". */
import type { Route } from '../../route';
import { request } from './unserved';

const NO_DESIRED = 'desired values are not kept yet';

export const desired: readonly Route[] = [
  request(NO_DESIRED, 'thing/property/desired/get', 'fetch desired values'),
  request(NO_DESIRED, 'thing/property/desired/delete', 'clear desired values'),
];
