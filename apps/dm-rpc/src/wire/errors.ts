/** The errors that handlers answer with, and what the database says in their words. */
import { Code } from '@alink/contract';
import { Prisma } from '@alink/db';
import { RpcError } from '@alink/rpc';
import { ThingModelError } from '@alink/thing-model';
import type { DeviceCore } from '../context';

/** @param fault what is wrong with the field, beginning with a verb: `must not be empty` */
export const badParameter = (field: string, fault: string): RpcError =>
  new RpcError(Code.parameter, `${field} ${fault}`, { details: [{ field }] });

export const notFound = (what: string): RpcError => new RpcError(Code.notFound, `${what} does not exist`);
export const duplicate = (what: string): RpcError => new RpcError(Code.duplicate, `${what} exists already`);

export const noProduct = (productID: string): RpcError => notFound(`product ${productID}`);
export const noDevice = ({ productID, deviceName }: DeviceCore): RpcError =>
  notFound(`device ${deviceName} of product ${productID}`);

const isKnown = (error: unknown, code: string): error is Prisma.PrismaClientKnownRequestError =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;

/** Codes: Prisma documentation, "Error message reference". */
export const isUniqueViolation = (error: unknown): boolean => isKnown(error, 'P2002');
export const isForeignKeyViolation = (error: unknown): boolean => isKnown(error, 'P2003');
export const isMissingRow = (error: unknown): boolean => isKnown(error, 'P2025');
/** PostgreSQL takes 32,767 values in one statement; only a list in the request can be so long. */
const isTooManyValues = (error: unknown): boolean => isKnown(error, 'P2029');

/** True when a unique violation is about this column. */
export const violates = (error: unknown, column: string): boolean =>
  isKnown(error, 'P2002') && JSON.stringify(error.meta ?? {}).includes(column);

/** A fault in a thing model as 100006, naming the field of the request and the member in it. */
export const thingModelFault = (field: string, error: unknown): unknown =>
  error instanceof ThingModelError ? badParameter(error.path ? `${field}.${error.path}` : field, error.fault) : error;

const isDatabaseError = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError ||
  error instanceof Prisma.PrismaClientUnknownRequestError ||
  error instanceof Prisma.PrismaClientInitializationError ||
  error instanceof Prisma.PrismaClientRustPanicError;

type AnyHandlers = Readonly<Record<string, (request: never, context: never) => Promise<unknown>>>;

/** The same handlers, which answer 100008 where the database fails them; the cause stays here. */
export const withDatabaseErrors = <H extends object>(handlers: H, onError: (error: unknown) => void): H =>
  Object.fromEntries(
    Object.entries(handlers as AnyHandlers).map(([name, handler]) => [
      name,
      async (request: never, context: never) => {
        try {
          return await handler(request, context);
        } catch (error) {
          if (!isDatabaseError(error)) throw error;
          if (isTooManyValues(error)) throw new RpcError(Code.parameter, 'a list in the request is too long: split it');
          onError(error);
          throw new RpcError(Code.database, 'the database cannot be used now', { cause: error });
        }
      },
    ]),
  ) as unknown as H;
