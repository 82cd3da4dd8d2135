/**
 * Which custom messages of a product's devices go on to other devices. Nodes do it, with what `alink.Directory` tells them;
 * none by default.
 */
import { customFilterFault, forwardTargetFault } from '@alink/alink';
import { Code, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireLockedProduct } from '../../services/lock-product';
import type { Transaction } from '../../transaction';
import { badParameter, noProduct, notFound, unknownProduct } from '../../wire/errors';
import { requireProductID } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';

type Methods = Pick<
  Handlers<typeof services.topics>,
  'forwardRuleIndex' | 'forwardRuleCreate' | 'forwardRuleUpdate' | 'forwardRuleDelete'
>;
type Rule = RequestOf<typeof services.topics, 'forwardRuleCreate'>;

/** Rules of one product: each is looked at for each of its custom messages. */
const MAX_RULES = 20;

const noRule = (id: bigint): RpcError => notFound(`forward rule ${id}`);

export const forwardHandlers = ({ prisma, audit, changes }: DmContext): Methods => {
  const read = (rule: Rule) => {
    const productID = requireProductID('productID', rule.productID);
    const targetProductID = rule.targetProductID
      ? requireProductID('targetProductID', rule.targetProductID)
      : productID;
    const { topic, targetDeviceName, targetTopic, disabled } = rule;
    const filterFault = customFilterFault(topic);
    if (filterFault) throw badParameter('topic', filterFault);
    const targetFault = forwardTargetFault({ targetDeviceName, targetTopic });
    if (targetFault) throw badParameter(targetFault.field, targetFault.words);
    return { productID, topic, targetProductID, targetDeviceName, targetTopic, disabled };
  };

  const requireTarget = async (tx: Transaction, { targetProductID }: { targetProductID: string }): Promise<void> => {
    const found = await tx.product.findUnique({ where: { productID: targetProductID }, select: { productID: true } });
    if (!found) throw unknownProduct(targetProductID, 'targetProductID');
  };

  return {
    async forwardRuleIndex(request) {
      const productID = requireProductID('productID', request.productID);
      const product = await prisma.product.findUnique({
        where: { productID },
        select: { forwards: { orderBy: { id: 'asc' } } },
      });
      if (!product) throw noProduct(productID);
      return { list: product.forwards.map((row) => ({ ...row, id: row.id.toString() })) };
    },

    async forwardRuleCreate(rule, call) {
      const data = read(rule);
      const { productID } = data;
      const id = await audit.transact(call, async (tx, note) => {
        await requireLockedProduct(tx, productID);
        await requireTarget(tx, data);
        if ((await tx.forwardRule.count({ where: { productID } })) >= MAX_RULES) {
          throw new RpcError(Code.limit, `a product has at most ${MAX_RULES} forward rules`);
        }
        const row = await tx.forwardRule.create({ data });
        note('forward.create', { productID }, { ...data, id: row.id.toString() });
        return row.id;
      });
      changes.productChanged(productID);
      return { productID, id: id.toString() };
    },

    async forwardRuleUpdate(rule, call) {
      const data = read(rule);
      const { productID } = data;
      const id = BigInt(rule.id);
      await audit.transact(call, async (tx, note) => {
        await requireLockedProduct(tx, productID);
        await requireTarget(tx, data);
        const { count } = await tx.forwardRule.updateMany({ where: { id, productID }, data });
        if (count === 0) throw noRule(id);
        note('forward.update', { productID }, { ...data, id: id.toString() });
      });
      changes.productChanged(productID);
      return {};
    },

    async forwardRuleDelete({ productID: given, id: text }, call) {
      const productID = requireProductID('productID', given);
      const id = BigInt(text);
      await audit.transact(call, async (tx, note) => {
        await requireLockedProduct(tx, productID);
        const { count } = await tx.forwardRule.deleteMany({ where: { id, productID } });
        if (count === 0) throw noRule(id);
        note('forward.delete', { productID }, { id: id.toString() });
      });
      changes.productChanged(productID);
      return {};
    },
  };
};
