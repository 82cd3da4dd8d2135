/** The processes of this machine and the processor time that each has used, as Linux tells in /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for every program (USER_HZ). */
export const TICK_US = 10_000;

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Ticks that all its threads have used, in user and in system mode. */
  readonly ticks: number;
  /** Those of its children that have ended and that it has waited for. */
  readonly childTicks: number;
}

/**
 * Reads /proc/PID/stat (proc_pid_stat(5)). The name of the program, in parentheses, may hold blanks and parentheses itself.
 * @throws {RangeError} on a line that is none
 */
export const parseStat = (line: string): ProcessEntry => {
  const nameEnds = line.lastIndexOf(')');
  // From the third field, the state, on.
  const fields = line.slice(nameEnds + 2).split(' ');
  const [parent, utime, stime, cutime, cstime] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
  const pid = Number.parseInt(line, 10);
  if ([pid, parent, utime, stime, cutime, cstime].some((n) => !Number.isSafeInteger(n))) {
    throw new RangeError(`no line of /proc/PID/stat: ${line}`);
  }
  return { pid, parent: parent!, ticks: utime! + stime!, childTicks: cutime! + cstime! };
};

/** All processes; undefined where there is no /proc. */
export const readProcessTable = (): ProcessEntry[] | undefined => {
  if (process.platform !== 'linux') return undefined;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch (error) {
        if (error instanceof RangeError) throw error;
        return []; // it has ended meanwhile
      }
    });
};

/**
 * Ticks of a process and of all that it has started, also of children that have ended: their time is their parent's from the
 * moment it has waited for them.
 * @param without processes that are not counted, such as one that only looks
 */
export const ticksOfTree = (table: readonly ProcessEntry[], root: number, without: readonly number[] = []): number =>
  table.reduce((sum, { pid, parent, ticks, childTicks }) => {
    if (without.includes(pid)) return sum;
    if (pid === root) return sum + ticks + childTicks;
    return parent === root ? sum + ticksOfTree(table, pid, without) : sum;
  }, 0);
