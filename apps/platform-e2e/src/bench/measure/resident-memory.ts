import { existsSync, readFileSync } from 'node:fs';

/** Resident memory of a process, bytes; NaN where the system does not tell in /proc. */
export const residentBytes = (pid: number): number => {
  const file = `/proc/${pid}/status`;
  const line = existsSync(file) ? readFileSync(file, 'utf8').match(/VmRSS:\s+(\d+) kB/) : undefined;
  return Number(line?.[1] ?? NaN) * 1024;
};
