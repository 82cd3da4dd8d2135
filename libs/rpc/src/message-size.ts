/** How large a message may be. */
import { Code } from '@alink/contract';
import type { Metadata } from '@grpc/grpc-js';
import { RpcError } from './rpc-error';

const MB = 1024 * 1024;

/** Bytes of a request: 10,000 new devices with the longest names, secrets and aliases have some 13 MB. */
export const MAX_REQUEST_BYTES = 16 * MB;

/** Bytes of an answer, for callers who say that they take as much. */
export const MAX_ANSWER_BYTES = 64 * MB;

/** What a gRPC client takes unless it is told otherwise, in every language. */
const DEFAULT_ANSWER_BYTES = 4 * MB;

/** Metadata of ours, in decimal: a server cannot know otherwise what its caller takes. */
const KEY = 'alink-max-answer-bytes';

/** Says in a call that its answer may have {@link MAX_ANSWER_BYTES}. */
export const writeAnswerLimit = (metadata: Metadata): void => metadata.set(KEY, String(MAX_ANSWER_BYTES));

/** Bytes of an answer that the caller takes. */
export const readAnswerLimit = (metadata: Metadata): number => {
  const [value] = metadata.get(KEY);
  const limit = Number(value?.toString());
  return limit > 0 ? Math.min(limit, MAX_ANSWER_BYTES) : DEFAULT_ANSWER_BYTES;
};

/** @throws {RpcError} 100027 when the caller would not take the answer: its library would say so in words of its own */
export const requireAnswerFits = ({ length }: Buffer, limit: number): void => {
  if (length <= limit) return;
  const sizes = `the answer would have ${length} bytes, and its caller takes ${limit}`;
  throw new RpcError(Code.limit, `${sizes}: ask for less at once (page.size)`);
};
