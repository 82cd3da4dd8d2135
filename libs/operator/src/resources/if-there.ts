import { Code } from '@alink/contract/codes';
import { RpcError } from '@alink/rpc/rpc-error';

/** What a call answers; undefined where it is refused because what it is about does not exist. */
export const ifThere = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.notFound) return undefined;
    throw error;
  }
};
