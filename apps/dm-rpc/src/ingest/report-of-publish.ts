/** An uplink in unitedrhino's form as a report, out of a stream that an earlier version of ours filled. */
import { decodeDevicePublish, type DeviceMessage, type DeviceReport, type Envelope } from '@alink/contract';
import { timeOr } from './fit';

/** @throws {SyntaxError | TypeError} on what is no message of the platform's */
const readMessage = (payload: Buffer): DeviceMessage => {
  const message: unknown = JSON.parse(payload.toString('utf8'));
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new TypeError('device message is no object');
  }
  return message as DeviceMessage;
};

/** @throws {SyntaxError | TypeError} on what is no uplink */
export const reportOfPublish = ({ data, timestamp }: Envelope): DeviceReport => {
  const { payload, ...publish } = decodeDevicePublish(data);
  const { productID, deviceName, topic, handle, type, explain } = publish;
  const arrivedAt = timeOr(publish.timestamp, timestamp);
  const report = { productID, deviceName, topic, arrivedAt, handle, type, explain };
  // Custom topics carry anything; all others the platform's own messages.
  return handle === 'ext' ? { ...report, bytes: payload } : { ...report, message: readMessage(payload) };
};
