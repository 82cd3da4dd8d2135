// The command line of `npm test`.
import { basename } from 'node:path';
import { SetupError } from './setup.mjs';

const ONLY = '--only';

/** Names behind an option: several are separated by commas. */
const split = (names = '') =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/**
 * Reads `--only=<project>[,<project>...]`, a project by its name or its folder; everything else is for Jest.
 * @param {readonly string[]} args
 * @param {readonly { name: string, folder: string }[]} projects all that there are
 * @returns the projects meant, without `--only` all, and the arguments for Jest
 * @throws {SetupError} for a project that is not there, naming those that are
 */
export const readTestArguments = (args, projects) => {
  const forJest = [];
  const wanted = [];
  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift();
    const [name, ...value] = arg.split('=');
    if (name !== ONLY) forJest.push(arg);
    else wanted.push(split(value.length > 0 ? value.join('=') : rest.shift()));
  }
  if (wanted.length === 0) return { projects: [...projects], forJest };
  const find = (word) =>
    projects.find(({ name, folder }) => [name, folder, basename(folder)].includes(word.replace(/\/$/, '')));
  const unknown = wanted.flatMap((words) => (words.length === 0 ? [''] : words.filter((word) => !find(word))));
  if (unknown.length > 0) {
    const there = projects.map(({ name }) => name).sort();
    throw new SetupError(
      `${ONLY}: no project ${unknown.map((word) => `"${word}"`).join(', ')}; there is ${there.join(', ')}`,
    );
  }
  const meant = new Set(wanted.flat().map(find));
  return { projects: projects.filter((project) => meant.has(project)), forJest };
};
