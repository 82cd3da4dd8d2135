/** What else there is of a product: whose its new devices are, and what gateways of unitedrhino's run for it. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireLockedProduct } from '../../services/lock-product';
import { badParameter } from '../../wire/errors';
import { choice, plainText, requireProductID, requireText } from '../../wire/fields';

type Methods = Pick<
  Handlers<typeof services.productManage>,
  'productInit' | 'productConfigUpdate' | 'productCustomRead' | 'productCustomUpdate'
>;

const ScriptLanguage = { javaScript: 1, lua: 2, python: 3 } as const;
const Direction = { up: 1, down: 2, both: 3 } as const;

const MAX_SCRIPT = 1024 * 1024;
const MAX_TOPICS = 100;

interface CustomTopic {
  readonly topic: string;
  readonly direction: number;
}

export const productExtraHandlers = ({ prisma, audit, changes }: DmContext): Methods => ({
  // Products have no tables of their own here.
  productInit: async () => ({}),

  async productConfigUpdate({ productID: given, DevInit }, call) {
    const productID = requireProductID('productID', given);
    plainText('DevInit.tenantCode', DevInit?.tenantCode ?? '', 128);
    await audit.transact(call, async (tx, note) => {
      const row = await requireLockedProduct(tx, productID);
      const config = { productID, DevInit: DevInit && { ...DevInit } };
      await tx.product.update({ where: { productID }, data: { extra: { ...(row.extra as object), config } } });
      note('product.update', { productID }, { config: 'changed' });
    });
    changes.productUpdated(productID);
    return {};
  },

  async productCustomRead({ productID: given }) {
    const productID = requireProductID('productID', given);
    const row = await prisma.productCustom.findUnique({ where: { productID } });
    if (!row) return { productID, scriptLang: ScriptLanguage.javaScript };
    return {
      productID,
      scriptLang: row.scriptLang,
      transformScript: { value: row.transformScript },
      loginAuthScript: { value: row.loginAuthScript },
      customTopics: row.customTopics as unknown as CustomTopic[],
    };
  },

  async productCustomUpdate(request, call) {
    const productID = requireProductID('productID', request.productID);
    const { transformScript, loginAuthScript, customTopics } = request;
    if (customTopics.length > MAX_TOPICS) throw badParameter('customTopics', `must have at most ${MAX_TOPICS} entries`);
    const topics = customTopics.map(({ topic, direction }, i) => ({
      topic: requireText(`customTopics[${i}].topic`, topic),
      direction: choice(`customTopics[${i}].direction`, direction, Object.values(Direction), Direction.both),
    }));
    const change = {
      ...(transformScript && { transformScript: plainText('transformScript', transformScript.value, MAX_SCRIPT) }),
      ...(loginAuthScript && { loginAuthScript: plainText('loginAuthScript', loginAuthScript.value, MAX_SCRIPT) }),
      ...(request.scriptLang !== '0' && {
        scriptLang: choice('scriptLang', request.scriptLang, Object.values(ScriptLanguage), 0),
      }),
      ...(topics.length > 0 && { customTopics: topics }),
    };
    await audit.transact(call, async (tx, note) => {
      await requireLockedProduct(tx, productID);
      await tx.productCustom.upsert({ where: { productID }, create: { productID, ...change }, update: change });
      note('product.custom', { productID }, { changed: Object.keys(change) });
    });
    changes.productCustomChanged(productID);
    return {};
  },
});
