/** `getNtp`: what time it is. The device adds its own clock to both times, and so knows how long the way is. */
import { Code } from '@alink/contract';
import type { QuestionKind } from '../question-kind';

export const time: QuestionKind = {
  handle: 'ext',
  type: 'ntp',
  method: 'getNtp',
  async answer({ uplink, message }) {
    return { code: Code.ok, data: { deviceSendTime: message.timestamp, serverRecvTime: uplink.arrivedAt } };
  },
};
