/** Tags of a device. Source: Alibaba Cloud IoT documentation, "Device tags". */
import type { Route } from '../../route';
import { request } from './unserved';

const NO_TAGS = 'tags are set by people only';

export const tags: readonly Route[] = [
  request(NO_TAGS, 'thing/deviceinfo/update', 'write tags'),
  request(NO_TAGS, 'thing/deviceinfo/get', 'read tags'),
  request(NO_TAGS, 'thing/deviceinfo/delete', 'delete tags'),
];
