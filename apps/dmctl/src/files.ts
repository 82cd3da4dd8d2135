/** The file system, as `Io` has it. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { PrivateFile } from './io';

export const openRead = (path: string): Readable => (path === '-' ? process.stdin : createReadStream(path));

export const readText = (path: string): Promise<string> => text(openRead(path));

/** Mode 600 from the moment that it exists; no file is written over. */
export const createPrivateFile = async (path: string): Promise<PrivateFile> => {
  const handle = await open(path, 'wx', 0o600);
  const stream = handle.createWriteStream();
  return {
    stream,
    discard: async () => {
      const closed = once(stream, 'close');
      stream.destroy();
      await closed;
      await unlink(path);
    },
  };
};
