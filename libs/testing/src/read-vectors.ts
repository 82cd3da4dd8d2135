import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root';

/** The vectors of a file in libs/testing/vectors, by its name without `.json`; the caller knows their shape. */
export const readVectors = <T>(name: string): T =>
  JSON.parse(readFileSync(join(repositoryRoot, 'libs/testing/vectors', `${name}.json`), 'utf8')) as T;
