/**
 * Which custom topics a device may use: any, or what its product defines, where that says so ("Alibaba Cloud IoT
 * documentation, 'Topics'"). A call with full topic and its answer go where a device may subscribe.
 */
import type { DeviceTopic } from '@alink/topic';
import { parseTopic } from '@alink/topic';
import type { ProductEntry } from '../directory/records';

type Access = Pick<ProductEntry, 'topics'>;

/** Whether messages of the device are taken on a topic that it may publish. */
export const takesFrom = ({ topics }: Access, { scope, path, rrpcId }: DeviceTopic): boolean => {
  if (scope !== 'custom' || !topics) return true;
  return rrpcId === undefined ? topics.mayPublish(path) : topics.mayReceive(path);
};

/** Whether messages are sent to the device on a topic that it may receive. */
export const sendsTo = ({ topics }: Access, { scope, path }: DeviceTopic): boolean =>
  scope !== 'custom' || !topics || topics.mayReceive(path);

/** Whether a filter that is its own is granted. */
export const grants = ({ topics }: Access, filter: string): boolean => {
  const parsed = parseTopic(filter);
  return parsed?.scope !== 'custom' || !topics || topics.maySubscribe(parsed.path);
};
