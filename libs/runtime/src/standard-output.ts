/** Standard output and standard error as targets of lines, which never hold the process up. */
import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import type { LogTarget } from './log-output';

/**
 * A descriptor of the same pipe or terminal that does not wait. One that is inherited does: a reader that has stopped reading
 * would stop the process with it, and changing its mode would change it for whoever shares it. A file never waits; a
 * socket (systemd's journal) cannot be opened a second time, and is written to as it is.
 */
const unblocked = (fd: number): number => {
  try {
    const stat = fstatSync(fd);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // Another system than Linux, or a terminal that belongs to another user.
    return fd;
  }
};

export const fileDescriptor = (fd: number): LogTarget => ({ write: (bytes) => writeSync(fd, bytes) });

const opened = new Map<number, LogTarget>();

/** @param fd 1 or 2 */
export const standardOutput = (fd: 1 | 2): LogTarget => {
  const known = opened.get(fd);
  if (known) return known;
  const target = fileDescriptor(unblocked(fd));
  opened.set(fd, target);
  return target;
};
