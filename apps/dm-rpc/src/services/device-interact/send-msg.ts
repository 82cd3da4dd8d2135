/** Publishes a raw payload on a topic of one device; of a synchronous call (RRPC), hands over what the device answers. */
import { Code, type services } from '@alink/contract';
import { RpcError, withTrailer, type Handlers } from '@alink/rpc';
import { parseTopic } from '@alink/topic';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import type { CommandSender } from './command-sender';
import { findTarget, timeoutOf } from './command-target';
import { sendBytes } from './send-bytes';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'sendMsg'>;

/**
 * Trailing metadata with the bytes that a device has answered: unitedrhino's SendMsgResp has no field for them.
 * `alink.Topics.rrpc` has one.
 */
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
    const { productKey, deviceName } = parsed;
    const product = await prisma.product.findUnique({ where: { productKey }, select: { productID: true } });
    if (!product) throw badParameter('topic', `names a product that does not exist: ${productKey}`);
    const { device } = await findTarget(context, { productID: product.productID, deviceName });
    const timeoutMs = timeoutOf('0', call, now());
    const answer = await sendBytes(sender, { device, topic, payload: Buffer.from(payload), timeoutMs, call });
    return answer ? withTrailer({}, ANSWER_TRAILER, withinTrailer(answer)) : {};
  },
});

/** @throws {RpcError} 2000004 for an answer that is too long to hand over */
const withinTrailer = (answer: Buffer): Buffer => {
  if (answer.length <= MAX_ANSWER_BYTES) return answer;
  throw new RpcError(
    Code.deviceError,
    `the device answered ${answer.length} bytes; at most ${MAX_ANSWER_BYTES} are handed over`,
  );
};
