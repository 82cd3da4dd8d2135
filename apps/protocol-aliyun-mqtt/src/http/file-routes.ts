/**
 * `GET` and `HEAD /files/{token}`: what devices are told to download. With Content-Length and without chunks, since SDKs for C
 * know nothing else, and from any byte on, since they go on where a connection broke off.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger, RouteHandler } from '@alink/runtime';
import type { FileSource } from '../files/file-source';
import { byteRange } from './byte-range';

export const FILES = '/files/';

const refuse = (response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void => {
  response.writeHead(status, { 'content-length': 0, ...headers }).end();
};

/** What stands between the path of all files and the query. */
const tokenOf = (url: string): string => /^[^/?]*/.exec(url.slice(FILES.length))?.[0] ?? '';

const gone = (error: unknown): boolean => (error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE';

/** @returns routes for everything below a path */
export const fileRoutes = (files: FileSource, log: Logger): Record<string, RouteHandler> => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const file = await files.open(tokenOf(request.url ?? '')).catch((error: unknown) => {
      log.warn({ err: error }, 'a file could not be served');
      return 'unavailable' as const;
    });
    if (file === 'unavailable') return refuse(response, 503, { 'retry-after': '10' });
    if (!file) return refuse(response, 404);
    const range = byteRange(request.headers.range, file.size);
    if (range === 'unsatisfiable') return refuse(response, 416, { 'content-range': `bytes */${file.size}` });
    const { start, end } = range ?? { start: 0, end: file.size };
    response.writeHead(range ? 206 : 200, {
      'content-type': file.type,
      'content-length': end - start,
      'accept-ranges': 'bytes',
      ...(range && { 'content-range': `bytes ${start}-${end - 1}/${file.size}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(Readable.from(file.read(start, end), { objectMode: false }), response).catch((error: unknown) => {
      // A device that goes in the middle of it comes again.
      if (!gone(error)) throw error;
    });
  };
  return { [`GET ${FILES}*`]: serve, [`HEAD ${FILES}*`]: serve };
};
