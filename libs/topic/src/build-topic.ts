/** Topics, put together. */
import type { DeviceIdentity } from '@alink/signing';

/** `/sys/{productKey}/{deviceName}/{path}`. */
export const sysTopic = ({ productKey, deviceName }: DeviceIdentity, path: string): string =>
  `/sys/${productKey}/${deviceName}/${path}`;

/** Where the reply to a request goes (documentation, "Alink protocol": the request's topic and `_reply`). */
export const replyTopic = (topic: string): string => `${topic}_reply`;

/** `/ext/rrpc/{messageId}{topic}`: a synchronous call that shows its full topic (documentation, "RRPC"). */
export const extRrpcTopic = (messageId: string, topic: string): string => `/ext/rrpc/${messageId}${topic}`;
