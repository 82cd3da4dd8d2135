// The projects that have tests, and what their tests need.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Kinds of projects whose tests start no server. */
const serverless = ['type:pure', 'type:contract', 'type:tools'];

const foldersIn = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));

const isApp = (name) => existsSync(join(root, 'apps', name, 'src/main.ts'));

const readProject = (folder) => {
  const {
    name,
    tags,
    implicitDependencies = [],
    targets,
  } = JSON.parse(readFileSync(join(root, folder, 'project.json'), 'utf8'));
  const before = targets.test?.dependsOn ?? [];
  return {
    name,
    folder,
    bundles: [
      ...(before.includes('build') ? [basename(folder)] : []),
      ...(before.includes('^build') ? implicitDependencies.filter(isApp) : []),
    ],
    needsServers: !tags.some((tag) => serverless.includes(tag)),
  };
};

/**
 * Every project with tests. The bundles are what Nx builds for them too: their own (`build`) and those of the apps that they
 * depend on without importing them (`^build`).
 * @returns {{ name: string, folder: string, bundles: string[], needsServers: boolean }[]} folders from the root, apps to bundle
 *   first, and whether servers of the system are started
 */
export const testProjects = () =>
  ['apps', 'libs', '.']
    .flatMap(foldersIn)
    .filter((folder) => existsSync(join(root, folder, 'jest.config.mjs')))
    .map(readProject);
