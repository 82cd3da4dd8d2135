/** Bytes for a topic of one device; of a synchronous call (RRPC), what the device answers. */
import { Code, PROTOCOL_CODE } from '@alink/contract';
import { RpcError, type CallContext } from '@alink/rpc';
import { badParameter } from '../../wire/errors';
import { isCall } from './call-topic';
import type { CommandSender } from './command-sender';
import type { CommandDevice } from './command-target';

/** Alibaba Cloud IoT documentation, "Limits": payload of an MQTT message. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

export interface BytesForDevice {
  readonly device: CommandDevice;
  /** A whole topic of that device. */
  readonly topic: string;
  readonly payload: Buffer;
  readonly timeoutMs: number;
  readonly call: CallContext;
}

/**
 * Sends them, and waits for the node to have written them, or for the answer to the call.
 * @returns what the device has answered to a call; undefined where the topic is that of no call
 * @throws {RpcError} 100006 for too many bytes, 100018 for a device of another protocol, 2000003 and 2000002 where they did
 *   not arrive
 */
export const sendBytes = async (
  sender: CommandSender,
  { device, topic, payload, timeoutMs, call }: BytesForDevice,
): Promise<Buffer | undefined> => {
  if (payload.length > MAX_PAYLOAD_BYTES) throw badParameter('payload', `must have at most ${MAX_PAYLOAD_BYTES} bytes`);
  if (device.protocolCode !== PROTOCOL_CODE) {
    throw new RpcError(Code.notImplemented, `devices of the protocol ${device.protocolCode} take no bytes on a topic`);
  }
  const isSynchronous = isCall(topic);
  const { answer } = await sender.send({
    device,
    action: 'sendMsg',
    entries: [{ dataID: topic, content: payload.toString('utf8') }],
    user: call.user,
    body: { kind: 'raw', topic, payload },
    timeoutMs,
    isCall: isSynchronous,
  });
  const { output } = await answer;
  return isSynchronous && output !== '' ? Buffer.from(JSON.parse(output) as string, 'base64') : undefined;
};
