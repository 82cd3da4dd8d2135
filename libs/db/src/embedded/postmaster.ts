/** A server process that already runs on a data folder: found, and stopped. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const POLL_MS = 25;
/** A fast shutdown takes well under a second; one that does not end in this time is made to. */
const FAST_SHUTDOWN_MS = 10_000;

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The command line of a process: process ids are reused, above all in containers. */
const commandLine = async (pid: number): Promise<string> => {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout;
};

/** Also false for a dead process that nobody has reaped, as when process 1 of a container is no init: it has no command line. */
const runsOn = async (pid: number, folder: string): Promise<boolean> =>
  isAlive(pid) && (await commandLine(pid)).includes(folder);

const waitForEnd = async (pid: number, folder: string, timeoutMs: number): Promise<boolean> => {
  for (let waited = 0; waited < timeoutMs; waited += POLL_MS) {
    if (!(await runsOn(pid, folder))) return true;
    await sleep(POLL_MS);
  }
  return false;
};

/**
 * The server that runs on `folder`, by its postmaster.pid (line 1 the process id, line 4 the port; PostgreSQL
 * documentation, 'storage-file-layout'). A file that a dead server left is removed: PostgreSQL itself would refuse to
 * start when another process has got the same id.
 */
export const findRunningServer = async (folder: string): Promise<RunningServer | undefined> => {
  const file = join(folder, 'postmaster.pid');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (await runsOn(pid, folder)) return { pid, port: Number(lines[3]) };
  await rm(file, { force: true });
  return undefined;
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
};

/** Stops the server on `folder`: SIGINT is its fast shutdown, SIGQUIT its immediate one. */
export const stopServer = async (pid: number, folder: string): Promise<void> => {
  signal(pid, 'SIGINT');
  if (await waitForEnd(pid, folder, FAST_SHUTDOWN_MS)) return;
  signal(pid, 'SIGQUIT');
  await waitForEnd(pid, folder, FAST_SHUTDOWN_MS);
};
