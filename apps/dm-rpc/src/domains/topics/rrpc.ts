/** Synchronous calls (RRPC) with free bytes. Source: Alibaba Cloud IoT documentation, "RRPC". */
import { newAlinkId, type services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DeviceIdentity } from '@alink/signing';
import { extRrpcTopic, isValidTopic, parseTopic, sysTopic } from '@alink/topic';
import type { DmContext } from '../../context';
import type { CommandSender } from '../../services/device-interact/command-sender';
import { findTarget, timeoutOf } from '../../services/device-interact/command-target';
import { sendBytes } from '../../services/device-interact/send-bytes';
import { badParameter } from '../../wire/errors';

type Methods = Pick<Handlers<typeof services.topics>, 'rrpc'>;

/** The topic below which a call on a topic of the device's own goes: a custom one without the names, or a whole one. */
const ownTopic = (self: DeviceIdentity, topic: string): string => {
  const whole = topic.startsWith('/') ? topic : `/${self.productKey}/${self.deviceName}/${topic}`;
  const parsed = isValidTopic(whole) ? parseTopic(whole) : undefined;
  const isOwn = parsed?.productKey === self.productKey && parsed.deviceName === self.deviceName;
  const mayBeCalled = parsed?.rrpcId === undefined && (parsed?.scope === 'custom' || parsed?.scope === 'sys');
  if (isOwn && mayBeCalled) return whole;
  throw badParameter('topic', 'must be empty, a custom topic such as user/get, or a whole topic of the device');
};

/** Where the call goes, by whether it is to have a topic of its own. */
const callTopic = (self: DeviceIdentity, topic: string, messageID: string): string =>
  topic === '' ? sysTopic(self, `rrpc/request/${messageID}`) : extRrpcTopic(messageID, ownTopic(self, topic));

export const rrpcHandlers = (context: DmContext, sender: CommandSender): Methods => ({
  async rrpc(request, call) {
    const { prisma, now } = context;
    const { device } = await findTarget(context, request);
    const { productID, deviceName } = device;
    const { productKey } = await prisma.product.findUniqueOrThrow({
      where: { productID },
      select: { productKey: true },
    });
    const messageID = newAlinkId();
    const topic = callTopic({ productKey, deviceName }, request.topic, messageID);
    const timeoutMs = timeoutOf(String(Number(request.timeout) / 1000), call, now());
    const payload = await sendBytes(sender, { device, topic, payload: Buffer.from(request.payload), timeoutMs, call });
    return { payload: payload ?? Buffer.alloc(0), messageID };
  },
});
