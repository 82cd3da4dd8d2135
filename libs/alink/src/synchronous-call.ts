/**
 * Synchronous calls (RRPC): which message they are, and which one is the answer. The bytes are free both ways, unless it
 * is a service that is called. Source: Alibaba Cloud IoT documentation, "RRPC".
 */
import type { DeviceTopic } from '@alink/topic';

const idAfter = (prefix: string, { scope, path }: DeviceTopic): string | undefined => {
  if (scope !== 'sys' || !path.startsWith(prefix)) return undefined;
  const id = path.slice(prefix.length);
  return id === '' || id.includes('/') ? undefined : id;
};

/** Message id of the call that goes to a device on the topic; undefined where that is no call. */
export const callIdOf = (topic: DeviceTopic): string | undefined => topic.rrpcId ?? idAfter('rrpc/request/', topic);

/** Message id of the call that a device answers on the topic; undefined where that is no answer. */
export const answeredCallIdOf = (topic: DeviceTopic): string | undefined =>
  topic.rrpcId ?? idAfter('rrpc/response/', topic);
