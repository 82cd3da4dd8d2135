/**
 * Cleans up after a test process that dies early. A small shell hangs on a pipe from this process; each line names the
 * process ids and folders that exist now. When the pipe closes, because this process is gone, the shell kills those
 * processes and removes those folders.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = `
pids= dirs=
while IFS='|' read -r p d; do pids=$p dirs=$d; done
for pid in $pids; do kill -9 "$pid"; done
sleep 0.2
for dir in $dirs; do rm -rf "$dir"; done
`;

const pids = new Set<number>();
const folders = new Set<string>();
let shell: ChildProcess | undefined;

const startShell = (): ChildProcess => {
  // Detached: a Ctrl-C in the terminal must not end it before its work.
  const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  (child.stdin as Socket).unref();
  child.stdin!.on('error', () => undefined);
  return child;
};

const tell = (): void => {
  if (pids.size + folders.size === 0) {
    shell?.stdin?.end('|\n');
    shell = undefined;
    return;
  }
  shell ??= startShell();
  shell.stdin!.write(`${[...pids].join(' ')}|${[...folders].join(' ')}\n`);
};

/** Has the process killed when this one dies. */
export const guardProcess = (pid: number): void => {
  pids.add(pid);
  tell();
};

/** The process has ended by itself; its number may be given to another one. */
export const releaseProcess = (pid: number): void => {
  pids.delete(pid);
  tell();
};

/** A new empty folder, removed when this process dies; other users may enter it (PostgreSQL does not run as root). */
export const temporaryFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `alink-${name}-`));
  chmodSync(folder, 0o755);
  folders.add(folder);
  tell();
  return folder;
};

export const removeFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(folder);
  tell();
};
