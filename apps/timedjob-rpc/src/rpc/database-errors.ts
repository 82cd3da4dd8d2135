/** What PostgreSQL refuses, in the codes of the interface. */
import { Code } from '@alink/contract';
import { Prisma } from '@alink/db';
import { RpcError } from '@alink/rpc';

/** Prisma's code for it: P2002 unique constraint, P2003 foreign key, P2025 no such row. */
type Refusal = 'P2002' | 'P2003' | 'P2025';

/** Runs `work`; where the database refuses it as foreseen, throws the error that the caller shall see. */
export const refusedAs = async <T>(
  work: Promise<T>,
  errors: Partial<Record<Refusal, readonly [code: number, message: string]>>,
): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    const known = cause instanceof Prisma.PrismaClientKnownRequestError ? errors[cause.code as Refusal] : undefined;
    throw known ? new RpcError(known[0], known[1], { cause }) : cause;
  }
};

export const duplicate = (what: string) => [Code.duplicate, `${what} exists already`] as const;
export const notFound = (what: string) => [Code.notFound, `${what} does not exist`] as const;
