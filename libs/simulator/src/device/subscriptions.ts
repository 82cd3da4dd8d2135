import type { DeviceIdentity } from '@alink/signing';
import { sysTopic } from '@alink/topic';

/**
 * What a device subscribes whose SDK asks for its topics: those that the Node SDK 1.2.8 and the C SDK 3.x subscribe, as
 * far as a simulated device has a use for them.
 */
export const subscriptionsOf = (device: DeviceIdentity): string[] => {
  const { productKey, deviceName } = device;
  return [
    ...[
      'thing/event/property/post_reply',
      'thing/event/+/post_reply',
      'thing/event/property/+/post_reply',
      'thing/service/property/set',
      'thing/service/property/get',
      'thing/service/+',
      'rrpc/request/+',
      'thing/deviceinfo/update_reply',
      'thing/config/get_reply',
      'thing/config/push',
      'thing/property/desired/get_reply',
      'thing/log/post_reply',
      'thing/dsltemplate/get_reply',
      '_thing/diag/post_reply',
      'thing/job/notify',
    ].map((path) => sysTopic(device, path)),
    `/shadow/get/${productKey}/${deviceName}`,
    `/ext/ntp/${productKey}/${deviceName}/response`,
  ];
};
