// The real servers and clients that the tests run: found on the PATH, or installed by the system's package manager.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** Commands that the tests start, with the packages that hold them. */
const needed = [
  { command: 'etcd', apt: 'etcd-server', brew: 'etcd' },
  { command: 'etcdctl', apt: 'etcd-client', brew: 'etcd' },
  { command: 'nats-server', apt: 'nats-server', brew: 'nats-server' },
  { command: 'mosquitto_pub', apt: 'mosquitto-clients', brew: 'mosquitto' },
  { command: 'mosquitto_sub', apt: 'mosquitto-clients', brew: 'mosquitto' },
];

/** Where package managers put servers that are off the PATH of a plain user (Debian: nats-server in /usr/sbin). */
const extraFolders = [
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/opt/homebrew/bin',
  '/opt/homebrew/sbin',
];

/** The PATH that the tests get. */
export const searchPath = (path = process.env.PATH ?? '') => {
  const folders = path.split(delimiter).filter(Boolean);
  return [...folders, ...extraFolders.filter((folder) => !folders.includes(folder))].join(delimiter);
};

const isExecutable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether a command stands on a PATH. */
export const isOnPath = (command, path = searchPath()) =>
  path.split(delimiter).some((folder) => isExecutable(join(folder, command)));

/**
 * How to install packages here: words of a command, or undefined when no known package manager may be used.
 * @param {{ isRoot: boolean, isTerminal: boolean, has: (command: string) => boolean }} machine
 */
export const installerFor = (packages, { isRoot, isTerminal, has }) => {
  if (has('apt-get')) {
    const install = ['sh', join(here, 'apt-install.sh'), ...packages.apt];
    if (isRoot) return install;
    // Without a terminal nobody can type a password.
    return has('sudo') ? ['sudo', ...(isTerminal ? [] : ['-n']), ...install] : undefined;
  }
  return has('brew') ? ['brew', 'install', ...packages.brew] : undefined;
};

const unique = (names) => [...new Set(names)];

/**
 * Installs what is missing, saying so. Services that run already are not touched.
 * @throws {SetupError} naming the packages, when they cannot be installed from here
 */
export const installTestServers = () => {
  const findMissing = () => needed.filter(({ command }) => !isOnPath(command));
  const missing = findMissing();
  if (missing.length === 0) return;
  const packages = { apt: unique(missing.map(({ apt }) => apt)), brew: unique(missing.map(({ brew }) => brew)) };
  const installer = installerFor(packages, {
    isRoot: process.getuid?.() === 0,
    isTerminal: Boolean(process.stdin.isTTY),
    has: isOnPath,
  });
  const names = missing.map(({ command }) => command).join(', ');
  const byHand =
    `The tests need ${names}. Install them, then run again:\n` +
    `  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.apt.join(' ')}\n` +
    `  macOS:           brew install ${packages.brew.join(' ')}`;
  if (!installer) throw new SetupError(byHand);
  process.stderr.write(`setup: installing ${names} for the tests: ${installer.join(' ')}\n`);
  spawnSync(installer[0], installer.slice(1), {
    stdio: ['inherit', 2, 2],
    env: { ...process.env, PATH: searchPath(), HOMEBREW_NO_AUTO_UPDATE: '1' },
  });
  if (findMissing().length > 0) throw new SetupError(`That did not work.\n${byHand}`);
};
