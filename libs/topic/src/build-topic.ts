/** Topics, put together. */
import type { DeviceIdentity } from '@alink/signing';
import type { DeviceTopic } from './device-topic';

/** `/sys/{productKey}/{deviceName}/{path}`. */
export const sysTopic = ({ productKey, deviceName }: DeviceIdentity, path: string): string =>
  `/sys/${productKey}/${deviceName}/${path}`;

/** Where the reply to a request goes (documentation, "Alink protocol": the request's topic and `_reply`). */
export const replyTopic = (topic: string): string => `${topic}_reply`;

/** `/ext/rrpc/{messageId}{topic}`: a synchronous call that shows its full topic (documentation, "RRPC"). */
export const extRrpcTopic = (messageId: string, topic: string): string => `/ext/rrpc/${messageId}${topic}`;

const withoutRrpc = ({ scope, productKey, deviceName, path }: DeviceTopic): string => {
  switch (scope) {
    case 'sys':
      return `/sys/${productKey}/${deviceName}/${path}`;
    case 'custom':
      return `/${productKey}/${deviceName}/${path}`;
    case 'ext': {
      // The names stand after the first level: /ext/ntp/{productKey}/{deviceName}/request, /ext/error/{..}/{..}.
      const slash = path.indexOf('/');
      const [kind, rest] = slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash)];
      return `/ext/${kind}/${productKey}/${deviceName}${rest}`;
    }
    case 'ota':
    case 'shadow':
      return `/${scope}/${path}/${productKey}/${deviceName}`;
    case 'broadcast':
      return `/broadcast/${productKey}/${path}`;
  }
};

/** The topic that `parseTopic` has taken apart, or would. */
export const buildTopic = (topic: DeviceTopic): string =>
  topic.rrpcId === undefined ? withoutRrpc(topic) : extRrpcTopic(topic.rrpcId, withoutRrpc(topic));
