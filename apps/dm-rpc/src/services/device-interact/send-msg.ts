/** Publishes a raw payload on a topic of one device. */
import { Code, PROTOCOL_CODE, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import { parseTopic } from '@alink/topic';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import type { CommandSender } from './command-sender';
import { findTarget, timeoutOf } from './command-target';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'sendMsg'>;

/** Alibaba Cloud IoT documentation, "Limits": payload of an MQTT message. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

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
    await answer;
    return {};
  },
});
