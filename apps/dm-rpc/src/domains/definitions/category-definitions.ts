/** The common definitions that products have because of their category. */
import type { Transaction } from '../../transaction';
import { settleModels } from './changed-models';
import { Tag } from './tags';

/**
 * Gives the products what their categories, those above them, and the root have now: what is missing is added, what a
 * product has taken over already cannot be deleted any more, and what no category asks for any more can. A product that is
 * not classified has nothing of it, and a definition of its own stays.
 * @param isNew whether they have just been made, and may grow though they are published
 * @returns those whose models have grown
 * @throws {RpcError} 100006 when one of these is published
 */
export const applyCategoryDefinitions = async (
  tx: Transaction,
  productIDs: readonly string[],
  isNew = false,
): Promise<string[]> => {
  if (productIDs.length === 0) return [];
  await tx.$queryRaw`
    SELECT 1 FROM product WHERE product_id = ANY(${productIDs}::text[]) ORDER BY product_id FOR UPDATE`;
  await tx.$executeRaw`
    UPDATE schema_entry SET extra = extra || jsonb_build_object('tag', ${Tag.common}::text)
    WHERE product_id = ANY(${productIDs}::text[]) AND extra ->> 'tag' = ${Tag.required}`;
  // In a row that is new nothing has been written over: its xmax is 0.
  const written = await tx.$queryRaw<{ product_id: string; is_new: boolean }[]>`
    INSERT INTO schema_entry AS entry
      (product_id, identifier, type, name, "desc", required, "order", affordance, extra)
    SELECT DISTINCT p.product_id, d.identifier, d.type, d.name, d."desc", d.required, d."order", d.affordance,
      d.extra || jsonb_build_object('tag', ${Tag.required}::text)
    FROM product p
    LEFT JOIN product_category c ON c.id = p.category_id
    JOIN category_definition bound ON bound.category_id = 1
      OR bound.category_id::text = ANY(string_to_array(c.id_path, '-'))
    JOIN common_definition d ON d.id = bound.definition_id
    WHERE p.product_id = ANY(${productIDs}::text[]) AND p.category_id <> 2
    ON CONFLICT (product_id, identifier) DO UPDATE
      SET extra = entry.extra || jsonb_build_object('tag', ${Tag.required}::text)
      WHERE entry.extra ->> 'tag' = ${Tag.common}
    RETURNING product_id, xmax = 0 AS is_new`;
  const grown = [...new Set(written.filter((row) => row.is_new).map((row) => row.product_id))];
  await settleModels(tx, grown, { field: 'identifiers', isNew });
  return grown;
};

/** The products in a category and in those below it; of the root all that are classified. */
export const productsBelow = async (tx: Transaction, idPath: string): Promise<string[]> => {
  const rows = await tx.$queryRaw<{ product_id: string }[]>`
    SELECT p.product_id FROM product p LEFT JOIN product_category c ON c.id = p.category_id
    WHERE p.category_id <> 2 AND (${idPath} = '' OR starts_with(c.id_path, ${idPath})) ORDER BY p.product_id`;
  return rows.map((row) => row.product_id);
};
