/** Custom topics that products define, and whether their devices may use others. */
import { MAX_TOPIC_CLASSES, topicClassFault } from '@alink/alink';
import { Code, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireLockedProduct } from '../../services/lock-product';
import { badParameter, duplicate, noProduct, notFound } from '../../wire/errors';
import { plainText, requireProductID } from '../../wire/fields';
import { ACCESS_KEY, definedOnly, requirePermission } from './store';

type Methods = Pick<
  Handlers<typeof services.topics>,
  'topicClassIndex' | 'topicClassCreate' | 'topicClassUpdate' | 'topicClassDelete' | 'topicAccessUpdate'
>;

const MAX_DESC = 128;

const noClass = (topic: string): RpcError => notFound(`topic ${topic}`);

export const topicClassHandlers = ({ prisma, audit, changes }: DmContext): Methods => {
  const read = ({ topic, permission: given, desc: text }: { topic: string; permission: string; desc: string }) => {
    const permission = requirePermission(given);
    const fault = topicClassFault({ topic, permission });
    if (fault) throw badParameter('topic', fault);
    return { topic, permission, desc: plainText('desc', text, MAX_DESC) };
  };

  return {
    async topicClassIndex(request) {
      const productID = requireProductID('productID', request.productID);
      const product = await prisma.product.findUnique({
        where: { productID },
        select: { protocolConf: true, topicClasses: { orderBy: { topic: 'asc' } } },
      });
      if (!product) throw noProduct(productID);
      return { list: product.topicClasses, definedOnly: definedOnly(product.protocolConf) };
    },

    async topicClassCreate(request, call) {
      const productID = requireProductID('productID', request.productID);
      const row = read(request);
      await audit.transact(call, async (tx, note) => {
        await requireLockedProduct(tx, productID);
        const known = await tx.topicClass.findMany({ where: { productID }, select: { topic: true } });
        if (known.some(({ topic }) => topic === row.topic)) throw duplicate(`topic ${row.topic}`);
        if (known.length >= MAX_TOPIC_CLASSES) {
          throw new RpcError(Code.limit, `a product has at most ${MAX_TOPIC_CLASSES} topics`);
        }
        await tx.topicClass.create({ data: { productID, ...row } });
        note('topic.create', { productID }, row);
      });
      changes.productChanged(productID);
      return {};
    },

    async topicClassUpdate(request, call) {
      const productID = requireProductID('productID', request.productID);
      const { topic, ...data } = read(request);
      await audit.transact(call, async (tx, note) => {
        await requireLockedProduct(tx, productID);
        const { count } = await tx.topicClass.updateMany({ where: { productID, topic }, data });
        if (count === 0) throw noClass(topic);
        note('topic.update', { productID }, { topic, ...data });
      });
      changes.productChanged(productID);
      return {};
    },

    async topicClassDelete({ productID: given, topic }, call) {
      const productID = requireProductID('productID', given);
      if (topic === '') throw badParameter('topic', 'must not be empty');
      await audit.transact(call, async (tx, note) => {
        await requireLockedProduct(tx, productID);
        const { count } = await tx.topicClass.deleteMany({ where: { productID, topic } });
        if (count === 0) throw noClass(topic);
        note('topic.delete', { productID }, { topic });
      });
      changes.productChanged(productID);
      return {};
    },

    async topicAccessUpdate(request, call) {
      const productID = requireProductID('productID', request.productID);
      const access = request.definedOnly ? 'defined' : 'any';
      await audit.transact(call, async (tx, note) => {
        const row = await requireLockedProduct(tx, productID);
        const protocolConf = { ...(row.protocolConf as Record<string, string>), [ACCESS_KEY]: access };
        await tx.product.update({ where: { productID }, data: { protocolConf } });
        note('topic.access', { productID }, { customTopics: access });
      });
      changes.productUpdated(productID);
      return {};
    },
  };
};
