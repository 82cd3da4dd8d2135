/** What dm.rpc did not do, in words for whoever looks after it. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { DirectoryUnavailable, NotServedByDm } from './records';

const inWords = (error: unknown): string => {
  if (!(error instanceof RpcError)) return 'dm.rpc did not answer';
  if (error.unavailable) return 'dm.rpc is away';
  if (error.code === Code.timeout) return 'dm.rpc did not answer in time';
  return `dm.rpc refused (${[error.message, ...error.details].join(': ')})`;
};

/** A call that failed, as the ways in take it: nothing is known, or it never will be. */
export const dmFailure = (cause: unknown): DirectoryUnavailable | NotServedByDm =>
  cause instanceof DirectoryUnavailable || cause instanceof NotServedByDm
    ? cause
    : new DirectoryUnavailable(inWords(cause), { cause });

/** The outcome of calls to dm.rpc. @throws {DirectoryUnavailable | NotServedByDm} when one of them failed */
export const orUnavailable = async <T>(calls: Promise<T>): Promise<T> => {
  try {
    return await calls;
  } catch (error) {
    throw dmFailure(error);
  }
};

/** Undefined for "not found", or for other codes; every other error is passed on. */
export const orUndefined = async <T>(
  call: Promise<T>,
  codes: readonly number[] = [Code.notFound],
): Promise<T | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RpcError && codes.includes(error.code)) return undefined;
    throw error;
  }
};
