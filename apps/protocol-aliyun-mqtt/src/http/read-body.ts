import type { IncomingMessage } from 'node:http';

/** Bytes of a request's body at most; real ones have a few hundred. */
const MAX_BODY_BYTES = 4096;

/** The whole body; undefined when it is too long, or when the connection ends first. The request can be answered then, too. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) {
        request.resume();
        return undefined;
      }
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
};
