/** Publishes a raw payload on a topic of one device; of a synchronous call (RRPC), hands over what the device answers. */
import { callIdOf } from '@alink/alink';
import { Code, PROTOCOL_CODE, type services } from '@alink/contract';
import { RpcError, withTrailer, type Handlers } from '@alink/rpc';
import { parseTopic } from '@alink/topic';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import type { CommandSender } from './command-sender';
import { findTarget, timeoutOf } from './command-target';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'sendMsg'>;

/** Alibaba Cloud IoT documentation, "Limits": payload of an MQTT message. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

/** Trailing metadata with the bytes that a device has answered: unitedrhino's SendMsgResp has no field for them. */
const ANSWER_TRAILER = 'rrpc-response-bin';
/** What gRPC's implementations carry in metadata with room to spare; Alibaba's RRPC has answers of at most 4 KB. */
const MAX_ANSWER_BYTES = 32 * 1024;

export const sendMsgHandlers = (context: DmContext, sender: CommandSender): Methods => ({
  async sendMsg({ topic, payload }, call) {
    const { prisma, now } = context;
    const parsed = parseTopic(topic);
    if (!parsed?.deviceName || /[+#\0]/.test(topic)) {
      throw badParameter('topic', 'must be a topic of one device, as /{productKey}/{deviceName}/user/get');
    }
    const bytes = Buffer.from(payload);
    if (bytes.length > MAX_PAYLOAD_BYTES) throw badParameter('payload', `must have at most ${MAX_PAYLOAD_BYTES} bytes`);
    const { productKey, deviceName } = parsed;
    const product = await prisma.product.findUnique({ where: { productKey }, select: { productID: true } });
    if (!product) throw badParameter('topic', `names a product that does not exist: ${productKey}`);
    const { device } = await findTarget(context, { productID: product.productID, deviceName });
    if (device.protocolCode !== PROTOCOL_CODE) {
      throw new RpcError(
        Code.notImplemented,
        `devices of the protocol ${device.protocolCode} take no bytes on a topic`,
      );
    }
    const { answer } = await sender.send({
      device,
      action: 'sendMsg',
      entries: [{ dataID: topic, content: bytes.toString('utf8') }],
      user: call.user,
      body: { kind: 'raw', topic, payload: bytes },
      timeoutMs: timeoutOf('0', call, now()),
    });
    const { output } = await answer;
    const isAnswered = callIdOf(parsed) !== undefined && output !== '';
    return isAnswered ? withTrailer({}, ANSWER_TRAILER, answeredBytes(output)) : {};
  },
});

/** @throws {RpcError} 2000004 for an answer that is too long to hand over */
const answeredBytes = (output: string): Buffer => {
  const bytes = Buffer.from(JSON.parse(output) as string, 'base64');
  if (bytes.length <= MAX_ANSWER_BYTES) return bytes;
  throw new RpcError(
    Code.deviceError,
    `the device answered ${bytes.length} bytes; at most ${MAX_ANSWER_BYTES} are handed over`,
  );
};
