/** How unitedrhino's dm speaks to devices, and hears their answers (unitedrhino, things: pubDev). */
import type { Listener, RhinoBus } from '../bus/rhino-bus';
import { readDeviceMessage, readDevPublish, type ReadMessage } from '../caller/device-publish';
import { RhinoError } from '../wire/rhino-error';
import type { DeviceRef } from './state';

/** Its gateway for devices of its own protocol: where no other protocol is named, a message goes there. */
const OWN_PROTOCOL = 'urMqtt';

export interface Downlink extends DeviceRef {
  readonly handle: string;
  readonly type: string;
  /** JSON's null where it has nothing to say and says it. */
  readonly body: object | null;
  readonly protocolCode: string;
}

/** Sends a message to whoever serves the protocol; the topic, the time and the explanation stay empty. */
export const publishToDevice = (bus: RhinoBus, downlink: Downlink): Promise<void> => {
  const { handle, type, body, productID, deviceName } = downlink;
  const protocolCode = downlink.protocolCode || OWN_PROTOCOL;
  const payload = Buffer.from(JSON.stringify(body)).toString('base64');
  const rest = { timestamp: 0, productID, deviceName, explain: '', protocolCode };
  return bus.publish(
    `device.down.${protocolCode}.${handle}.${productID}.${deviceName}`,
    JSON.stringify({ topic: '', handle, type, payload, ...rest }),
  );
};

/**
 * Sends a request and waits for the device's answer, which comes as an uplink with the same token.
 * @throws {RhinoError} 2000002 when there is none within `timeoutMs`
 */
export const askDevice = async (
  bus: RhinoBus,
  downlink: Downlink,
  msgToken: string,
  timeoutMs: number,
): Promise<ReadMessage> => {
  const { handle, type, productID, deviceName } = downlink;
  let listener: Listener | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const answered = new Promise<ReadMessage>((resolve, reject) => {
      timer = setTimeout(() => reject(new RhinoError(2000002)), timeoutMs);
      const take = (data: string): void => {
        const publish = readDevPublish(data);
        if (publish.handle !== handle || publish.type !== type) return;
        const answer = readDeviceMessage(publish.payload);
        if (answer.msgToken === msgToken) resolve(answer);
      };
      bus
        .subscribe(`device.up.${handle}.${productID}.${deviceName}`, ({ data }) => take(data))
        .then(async (subscription) => {
          listener = subscription;
          await publishToDevice(bus, downlink);
        })
        .catch(reject);
    });
    return await answered;
  } finally {
    clearTimeout(timer);
    listener?.unsubscribe();
  }
};
