/**
 * One message to many devices: every node writes it to the devices that it holds, and says how many they were. Source:
 * Alibaba Cloud IoT documentation, "Broadcast communication".
 */
import type { Bus } from '@alink/bus';
import {
  Code,
  encodeBroadcast,
  newAlinkId,
  ProductStatus,
  serviceKeys,
  subjects,
  type Broadcast,
  type BroadcastTold,
  type services,
} from '@alink/contract';
import type { Registry } from '@alink/discovery';
import { RpcError, type Handlers } from '@alink/rpc';
import { isValidTopic } from '@alink/topic';
import type { DmContext } from '../../context';
import { badParameter, noProduct } from '../../wire/errors';
import { requireProductID } from '../../wire/fields';
import { takeTurn } from './broadcast-turn';

type Methods = Pick<Handlers<typeof services.topics>, 'broadcast'>;

const MAX_PAYLOAD_BYTES = 64 * 1024;
const MAX_SUBSCRIBERS = 1000;
/** Bytes of the whole topic. */
const MAX_TOPIC_BYTES = 128;
/** Milliseconds that nodes have to say what became of it: one that holds 20,000 devices writes to them in slices. */
const TOLD_MS = 5000;

interface Sum {
  delivered: number;
  undelivered: number;
  nodesHeard: number;
}

/** Tells every node, and adds up what they say until all have, or the time is up. */
const askNodes = (bus: Bus, broadcast: Broadcast, nodes: number): Promise<Sum> => {
  const sum: Sum = { delivered: 0, undelivered: 0, nodesHeard: 0 };
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      listening.unsubscribe();
      resolve(sum);
    };
    const timer = setTimeout(done, TOLD_MS);
    const listening = bus.subscribe(subjects.broadcastTold(broadcast.id), ({ data }) => {
      const told = JSON.parse(data.toString()) as BroadcastTold;
      if (told.step !== broadcast.step) return;
      sum.delivered += told.delivered;
      sum.undelivered += told.undelivered;
      sum.nodesHeard += 1;
      if (sum.nodesHeard >= nodes) done();
    });
    bus.publish(subjects.broadcast, encodeBroadcast(broadcast));
    if (nodes === 0) done();
  });
};

export const broadcastHandlers = (
  { prisma, bus, audit, now }: DmContext,
  registry: Pick<Registry, 'list'>,
): Methods => {
  const requireProduct = async (productID: string): Promise<string> => {
    const product = await prisma.product.findUnique({
      where: { productID },
      select: { productKey: true, status: true },
    });
    if (!product) throw noProduct(productID);
    if (product.status === ProductStatus.disabled) throw new RpcError(Code.notEnabled, 'the product is disabled');
    return product.productKey;
  };

  const checkTopic = (productKey: string, name: string): void => {
    const topic = `/broadcast/${productKey}/${name}`;
    if (!isValidTopic(topic) || name.startsWith('/')) throw badParameter('topic', 'must be a topic without + and #');
    if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES) {
      throw badParameter('topic', `must make no topic of over ${MAX_TOPIC_BYTES} bytes: ${topic.slice(0, 200)}`);
    }
  };

  return {
    async broadcast({ productID: given, topic, payload: bytes }, call) {
      const productID = requireProductID('productID', given);
      const productKey = await requireProduct(productID);
      if (topic) checkTopic(productKey, topic);
      const payload = Buffer.from(bytes);
      if (payload.length > MAX_PAYLOAD_BYTES) {
        throw badParameter('payload', `must have at most ${MAX_PAYLOAD_BYTES} bytes`);
      }
      await takeTurn(prisma, { productID, to: topic ? 'subscribers' : 'all' }, now());
      const nodes = (await registry.list(serviceKeys.node)).size;
      const id = newAlinkId();
      const message = { id, productID, payload, ...(topic && { topic }) };
      if (topic) {
        const { delivered } = await askNodes(bus, { ...message, step: 'count', payload: Buffer.alloc(0) }, nodes);
        if (delivered > MAX_SUBSCRIBERS) {
          throw new RpcError(
            Code.limit,
            `${delivered} devices have subscribed it, which is more than ${MAX_SUBSCRIBERS}`,
          );
        }
      }
      await audit.transact(call, async (_tx, note) =>
        note('topic.broadcast', { productID }, { messageID: id, topic, bytes: payload.length }),
      );
      const sum = await askNodes(bus, { ...message, step: 'deliver' }, nodes);
      return { messageID: id, nodes, ...sum };
    },
  };
};
