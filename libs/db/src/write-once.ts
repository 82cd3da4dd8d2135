import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';

/** Writes a file that only its owner reads, unless it exists: of several who try at once one wins, and nobody sees half of it. */
export const writeOnce = async (file: string, content: string): Promise<void> => {
  const own = `${file}.${randomUUID()}`;
  const handle = await open(own, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(own, { force: true });
  }
};
