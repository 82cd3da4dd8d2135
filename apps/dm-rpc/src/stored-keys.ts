/** Keys that do not open what is stored would let no device in, and seal what is new with yet another key. */
import type { PrismaClient, SecretBox } from '@alink/db';
import { StartError } from '@alink/runtime';

interface Missing {
  /** Of the key; see `SecretBox.keyId`. */
  readonly id: string;
  readonly secrets: bigint;
}

/** @throws {StartError} when a stored secret was sealed with a key that is not at hand */
export const checkStoredKeys = async (prisma: PrismaClient, { keyIds }: SecretBox): Promise<void> => {
  const missing = await prisma.$queryRaw<Missing[]>`
    SELECT split_part(secret, '.', 2) AS id, count(*) AS secrets
    FROM (SELECT secret FROM device UNION ALL SELECT secret FROM product) AS stored
    WHERE starts_with(secret, 'v1.') AND split_part(secret, '.', 2) <> ALL (${[...keyIds]}::text[])
    GROUP BY 1 ORDER BY 2 DESC, 1`;
  if (missing.length === 0) return;
  const found = missing.map(({ id, secrets }) => `${secrets} with key ${id}`).join(', ');
  throw new StartError(
    `SECRET_KEY and SECRET_KEYS_OLD lack a key that seals stored secrets (${found}; given: ${keyIds.join(', ')}). ` +
      'Add the former SECRET_KEY to SECRET_KEYS_OLD; after dmctl secrets rotate-key it is no longer needed',
  );
};
