// `npm run test:release`: what a release is held to and each change is not, because it takes root and what a plain machine lacks.
// Builds the images on Debian with the Node.js that they name, and runs the specs `*.release.ts` on them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain, setup, SetupError } from './setup.mjs';
import { installTestServers, searchPath } from './test-servers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const work = join(root, '.data/release');

/** Runs a command to its end. @throws {SetupError} when it fails */
const run = (command, args, env = {}) => {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: searchPath(), ...env },
  });
  if (error || status !== 0) throw new SetupError(`${command} ${args[0]} failed${error ? `: ${error.message}` : ''}`);
};

await runMain(async () => {
  if (process.getuid?.() !== 0)
    throw new SetupError('images are built and run as root here: sudo npm run test:release');
  await setup();
  installTestServers();
  mkdirSync(work, { recursive: true });
  const [, node] = /^ARG NODE_IMAGE=node:(\d+)-/m.exec(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')) ?? [];
  run('sh', ['tools/build-images.sh', work, node]);
  run(process.execPath, ['tools/jest.mjs', '--config=apps/platform-e2e/release.config.mjs', '--runInBand'], {
    ALINK_IMAGES: work,
    ALINK_IMAGE_NODE: node,
  });
});
