/** What a client subscribes that is as the Node SDK (alibabacloud-iot-device-sdk 1.2.8): 16 filters of each device, one in a packet. */
import type { DeviceIdentity } from '@alink/signing';
import { generate } from 'mqtt-packet';
import type { DeviceSocket } from './device-socket';
import { PacketType } from './packet-splitter';

/** SUBSCRIBEs that are under way at once. */
const WINDOW = 64;
/** SUBACK code of a filter that is refused. */
const REFUSED = 0x80;

/** Its own and those about sub-devices, which it subscribes for sub-devices too. */
export const filtersOf = ({ productKey, deviceName }: DeviceIdentity): string[] => [
  ...[
    'event/property/post_reply',
    'service/property/set',
    'event/+/post_reply',
    'deviceinfo/update_reply',
    'deviceinfo/delete_reply',
    'config/get_reply',
    'config/push',
    'config/push_reply',
    'topo/add_reply',
    'topo/delete_reply',
    'topo/get_reply',
    'sub/register_reply',
  ].map((path) => `/sys/${productKey}/${deviceName}/thing/${path}`),
  `/sys/${productKey}/${deviceName}/rrpc/request/+`,
  `/shadow/get/${productKey}/${deviceName}`,
  `/ext/session/${productKey}/${deviceName}/combine/login_reply`,
  `/ext/session/${productKey}/${deviceName}/combine/logout_reply`,
];

/**
 * Subscribes all of them, some at a time.
 * @throws when one is refused, or the connection closes
 */
export const subscribe = (socket: DeviceSocket, filters: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    let sent = 0;
    let granted = 0;
    const send = (count: number): void => {
      const next = filters.slice(sent, sent + count);
      const packets = next.map((topic, n) =>
        generate({ cmd: 'subscribe', messageId: 1 + ((sent + n) % 65_535), subscriptions: [{ topic, qos: 1 }] }),
      );
      sent += next.length;
      if (packets.length > 0) socket.write(Buffer.concat(packets));
    };
    let more = 0;
    socket.onClose = () => reject(new Error('the connection was closed while it subscribed'));
    socket.onPacket = ({ type, bytes, end }) => {
      if (type !== PacketType.suback) return;
      if (bytes[end - 1] === REFUSED) return reject(new Error('a filter was refused'));
      more += 1;
      granted += 1;
      if (granted === filters.length) resolve();
    };
    socket.onRead = () => {
      send(more);
      more = 0;
    };
    send(WINDOW);
  });
