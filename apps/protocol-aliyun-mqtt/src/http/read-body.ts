import type { IncomingMessage } from 'node:http';

/** Bytes of a request's body at most; real ones have a few hundred. */
const MAX_BODY_BYTES = 4096;
/** Bytes of a longer one that are read and dropped: a connection that ends with something unread takes its answer along. */
const MAX_READ_BYTES = 1024 * 1024;

/** The whole body; undefined when it is too long, or when the connection ends first. The request can be answered then, too. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else if (length > MAX_READ_BYTES) break;
    }
  } catch {
    return undefined;
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
};
