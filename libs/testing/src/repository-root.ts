import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const findRoot = (folder: string): string => (existsSync(join(folder, 'nx.json')) ? folder : findRoot(dirname(folder)));

/** Root folder of the repository; found by what lies in it, since this file may run as part of a bundle. */
export const repositoryRoot = findRoot(dirname(fileURLToPath(import.meta.url)));
