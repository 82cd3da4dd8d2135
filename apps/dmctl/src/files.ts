/** The file system, as `Io` has it. */
import { once } from 'node:events';
import { appendFile, mkdir, open, readdir, readFile as readWhole, stat, unlink, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Io, PrivateFile } from './io';

export const readFile: Io['readFile'] = (path) => (path === '-' ? buffer(process.stdin) : readWhole(path));

export const listFolder: Io['listFolder'] = async (path) => {
  if (path === '-' || !(await stat(path)).isDirectory()) return undefined;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.')))
    .sort();
};

export const createFile: Io['createFile'] = (path, bytes) => writeFile(path, bytes, { flag: 'wx' });

export const appendText: Io['appendText'] = (path, text) => appendFile(path, text, { mode: 0o600 });

export const createFolder: Io['createFolder'] = async (path) => void (await mkdir(path));

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
