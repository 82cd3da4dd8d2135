import { callIdOf } from '@alink/alink';
import { parseTopic } from '@alink/topic';

/** Whether what goes to a device on that topic is a synchronous call. */
export const isCall = (topic: string): boolean => {
  const parsed = parseTopic(topic);
  return parsed !== undefined && callIdOf(parsed) !== undefined;
};
