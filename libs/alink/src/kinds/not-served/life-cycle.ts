/** The life of a device. Source: Alibaba Cloud IoT documentation, "Disable and delete devices"; C SDK 3.x, dev_reset. */
import type { Route } from '../../route';
import { command, request } from './unserved';

const NOT_TOLD = 'devices are cut, and not told why';

export const lifeCycle: readonly Route[] = [
  request('there is no binding to users that it could undo', 'thing/reset', 'undo the binding to users'),
  command(NOT_TOLD, 'thing/disable', 'the device is disabled'),
  command(NOT_TOLD, 'thing/enable', 'the device is enabled again'),
  command(NOT_TOLD, 'thing/delete', 'the device is deleted'),
];
