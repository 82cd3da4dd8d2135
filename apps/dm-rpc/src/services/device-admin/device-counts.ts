/** How many devices products have: the figures above a console's list of devices. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { requireProductID } from '../../wire/fields';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'deviceCounts'>;

interface CountRow {
  readonly productID: string;
  readonly total: bigint;
  readonly activated: bigint;
  readonly online: bigint;
  readonly disabled: bigint;
}

export const deviceCountHandlers = ({ prisma }: DmContext): Methods => ({
  /** One question for all: a page of products must not make a question for each. Activated as in `byStatus`. */
  async deviceCounts({ productIDs }) {
    productIDs.forEach((productID, i) => requireProductID(`productIDs[${i}]`, productID));
    const rows = await prisma.$queryRaw<CountRow[]>`
      SELECT p.product_id AS "productID", count(d.id) AS total,
        count(d.id) FILTER (WHERE d.is_online OR d.first_login IS NOT NULL) AS activated,
        count(d.id) FILTER (WHERE d.is_online) AS online,
        count(d.id) FILTER (WHERE NOT d.is_enable) AS disabled
      FROM product p LEFT JOIN device d ON d.product_id = p.product_id
      WHERE p.product_id = ANY(${productIDs}::text[]) GROUP BY p.product_id ORDER BY p.product_id`;
    const list = rows.map(({ productID, total, activated, online, disabled }) => ({
      productID,
      total: total.toString(),
      activated: activated.toString(),
      online: online.toString(),
      disabled: disabled.toString(),
    }));
    return { list };
  },
});
