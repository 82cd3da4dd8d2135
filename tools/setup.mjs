// Makes a clone ready to run: Node.js version, npm packages, the symlinks of the embedded PostgreSQL, generated files.
// Does nothing when nothing is missing. On a fresh clone there is no node_modules yet: only Node's own modules here.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFresh } from './bundle-note.mjs';
import { hydratePostgres } from './hydrate-postgres.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Something is missing that only a person can supply; the message says what to do. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** What a line of set-up says; on standard error, so that a program's output stays its own. */
const say = (line) => process.stderr.write(`setup: ${line}\n`);

/** @throws {SetupError} when this Node.js is too old */
export const checkNode = (version = process.versions.node) => {
  const [major, minor] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node.js 20.19 or newer is needed, this is ${version}: see https://nodejs.org/en/download`);
  }
};

const lockedPackages = (file) => {
  const packages = JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  return Object.entries(packages).filter(([path]) => path !== '');
};

/**
 * Whether node_modules holds what package-lock.json names. npm writes what it has installed into
 * node_modules/.package-lock.json as its last step, so an interrupted installation counts as none.
 */
export const packagesAreCurrent = (folder = root) => {
  const installedFile = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = new Map(lockedPackages(installedFile));
  return lockedPackages(join(folder, 'package-lock.json')).every(([path, wanted]) => {
    const found = installed.get(path);
    // What is optional may be meant for another platform.
    return found ? found.version === wanted.version : Boolean(wanted.optional || wanted.devOptional);
  });
};

const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;

/** @throws {SetupError} when the packages cannot be installed */
const installPackages = () => {
  accessSync(root, constants.W_OK);
  say('installing npm packages (a minute or two, once)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-progress', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  if (result.error) throw new SetupError(`npm does not run (${result.error.code}): install Node.js together with npm`);
  if (result.status === 0) return;
  process.stderr.write(result.stderr);
  if (unreachable.test(result.stderr)) {
    throw new SetupError(
      'npm could not reach its registry: check the network and the proxy, or point npm to a mirror (npm config set registry <url>)',
    );
  }
  throw new SetupError(`npm ci ended with code ${result.status}; what it said stands above`);
};

/**
 * Sets up what is missing.
 * @throws {SetupError} with what a person has to do
 */
export const setup = async () => {
  checkNode();
  if (!packagesAreCurrent()) installPackages();
  hydratePostgres();
  // Only now are the generators known to be installed.
  await import('./generate.mjs');
};

/** Codes of a folder that this user may not write. */
const readOnly = ['EACCES', 'EPERM', 'EROFS'];

/**
 * Sets up what is missing, and builds those of the apps that are not up to date. Where nothing is, nothing is written: the
 * folder may belong to another user.
 * @throws {SetupError} with what a person has to do
 */
export const prepare = async (...apps) => {
  try {
    await setup();
    const stale = apps.filter((app) => !isFresh(join(root, 'dist/apps', app)));
    if (stale.length === 0) return;
    // Only now is esbuild known to be installed.
    const { buildApp } = await import('./build.mjs');
    for (const app of stale) await buildApp(app);
    const { stop } = await import('esbuild');
    await stop();
  } catch (error) {
    if (!readOnly.includes(error.code)) throw error;
    throw new SetupError(
      `${root} is not set up as it stands, and this user may not write it (${error.code}): as its owner, run "npm run setup" there first`,
    );
  }
};

/** Runs `main`; a {@link SetupError} becomes one line and exit code 1. */
export const runMain = async (main) => {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runMain(() => prepare(...process.argv.slice(2)));
}
