/** Processor time of the processes that work for an operation. */
import { setTimeout as pause } from 'node:timers/promises';
import { PROCESSES, type ProcessName, type Subject, type WatchedProcess } from '../subjects/subject';
import { readProcessTable, ticksOfTree, TICK_US } from './process-table';

/** Microseconds by process. */
export type ProcessorTime = Readonly<Partial<Record<ProcessName, number>>>;

/** What the subject's processes and the generator have used since they began; undefined where the system does not tell. */
const readTimes = (subject: Subject, generatorPid: number): ProcessorTime | undefined => {
  const table = readProcessTable();
  if (!table) return undefined;
  const watched: Partial<Record<ProcessName, readonly WatchedProcess[]>> = {
    ...subject.processes(),
    generator: [{ pid: generatorPid }],
  };
  const timeOf = (processes: readonly WatchedProcess[]): number =>
    processes.reduce((sum, { pid, without }) => sum + ticksOfTree(table, pid, without) * TICK_US, 0);
  return Object.fromEntries(
    PROCESSES.flatMap((name) => (watched[name] ? [[name, timeOf(watched[name])] as const] : [])),
  );
};

/** Those whose work belongs to an operation and ends: not `others`, which have their own clocks. */
const WORKING = ['broker', 'dm-rpc', 'NATS', 'PostgreSQL'] as const satisfies readonly ProcessName[];

const QUIET_WINDOW_MS = 400;
/** Share of a processor that idle processes may take, all together. */
const QUIET_SHARE = 0.06;
/** After so long it is taken for the rest of what the subject does all the time. */
const QUIET_WITHIN_MS = 20_000;
/** Where the system does not tell. */
const QUIET_UNSEEN_MS = 2000;

/** Waits until the subject's processes have nothing left to do. */
export const untilQuiet = async (subject: Subject): Promise<void> => {
  const working = (): number | undefined => {
    const times = readTimes(subject, -1);
    return times && WORKING.reduce((sum, name) => sum + (times[name] ?? 0), 0);
  };
  let before = working();
  if (before === undefined) return pause(QUIET_UNSEEN_MS);
  for (const end = performance.now() + QUIET_WITHIN_MS; performance.now() < end;) {
    await pause(QUIET_WINDOW_MS);
    const now = working()!;
    if (now - before <= QUIET_SHARE * QUIET_WINDOW_MS * 1000) return;
    before = now;
  }
};

/** Measures what a load costs each process, from its start until nothing of it is left to do. */
export class ProcessorClock {
  private readonly before: ProcessorTime | undefined;

  /** Starts it. */
  constructor(
    private readonly subject: Subject,
    private readonly generatorPid: number,
  ) {
    this.before = readTimes(subject, generatorPid);
  }

  /**
   * Waits until the subject is quiet.
   * @param operations how many the load was
   * @returns microseconds of each process for one operation; undefined where the system does not tell
   */
  async stop(operations: number): Promise<ProcessorTime | undefined> {
    await untilQuiet(this.subject);
    const { before } = this;
    const after = readTimes(this.subject, this.generatorPid);
    if (!before || !after) return undefined;
    return Object.fromEntries(
      PROCESSES.flatMap((name) => {
        const [from, to] = [before[name], after[name]];
        return from === undefined || to === undefined ? [] : [[name, (to - from) / operations] as const];
      }),
    );
  }
}
