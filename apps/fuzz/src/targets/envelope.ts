/** Bodies of NATS messages: the envelope, and the device publish in it. */
import { decodeDevicePublish, decodeEnvelope, encodeDevicePublish, encodeEnvelope } from '@alink/contract';
import { fuzzTarget, promise } from '../fuzz-target';

/** The result, or undefined where the text is refused as it should be. */
const readOrRefuse = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    promise(error instanceof SyntaxError || error instanceof TypeError, 'a refusal is a SyntaxError or a TypeError');
    return undefined;
  }
};

const sent = {
  topic: '/sys/a1X/d1/thing/event/property/post',
  handle: 'thing' as const,
  type: 'property',
  payload: Buffer.from('{"method":"report","params":{"温度":25.5}}'),
  timestamp: 1_778_593_628_940,
  productID: 'a1X',
  deviceName: 'd1',
  explain: '',
  protocolCode: 'aliyunMqtt',
};
const publish = encodeDevicePublish(sent);

export const envelopeTarget = fuzzTarget<{ envelope: string; publish: string }>({
  name: 'envelope',
  seeds: [
    { envelope: encodeEnvelope(publish, 1_778_593_628_940, { user: { UserID: '1' } }), publish },
    { envelope: '{"trace":"{}","timestamp":7,"data":"{}"}', publish },
  ],
  words: ['data', 'trace', 'timestamp', 'userCtx', 'payload', 'productID', 'deviceName'],
  check: (input) => {
    const envelope = readOrRefuse(() => decodeEnvelope(input.envelope));
    if (envelope) {
      promise(typeof envelope.data === 'string' && typeof envelope.trace === 'string', 'an envelope holds texts');
      promise(Number.isFinite(envelope.timestamp), 'an envelope has a time');
      promise(
        envelope.userCtx === undefined || (typeof envelope.userCtx === 'object' && envelope.userCtx !== null),
        'a user context is an object',
      );
      const { data, timestamp } = envelope;
      const again = decodeEnvelope(encodeEnvelope(data, timestamp));
      promise(again.data === data && again.timestamp === timestamp, 'an envelope survives');
    }
    const message = readOrRefuse(() => decodeDevicePublish(input.publish));
    if (message) {
      promise(
        typeof message.productID === 'string' && typeof message.deviceName === 'string',
        'a publish names a device',
      );
      promise(Buffer.isBuffer(message.payload), 'a publish carries bytes');
      promise(
        decodeDevicePublish(encodeDevicePublish({ ...sent, payload: message.payload })).payload.equals(message.payload),
        'a payload survives',
      );
    }
    return `${envelope !== undefined} ${envelope?.userCtx !== undefined} ${message !== undefined} ${message?.payload.length === 0}`;
  },
});
