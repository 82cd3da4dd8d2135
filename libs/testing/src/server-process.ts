/** A server that a test starts, stops, kills and starts again. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardProcess, releaseProcess } from './guardian';
import { PATIENCE_MS } from './patience';

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves once the server serves; rejects while it does not yet. */
  ready(): Promise<unknown>;
  /** How it is asked to end; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Whom it runs as; default this user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Milliseconds for it to become ready; default {@link PATIENCE_MS}. */
  readonly startTimeoutMs?: number;
}

/** Output kept for the error text of a server that does not start, in characters. */
const KEPT_OUTPUT = 4000;

/** A server that has not ended this long after it was asked to is killed. */
const LAST_RESORT_MS = PATIENCE_MS;

/** Whether every thread of a process is stopped: on a busy machine a signal takes effect some time after it is sent. */
const standsStill = (pid: number): boolean => {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');
  const threads = `/proc/${pid}/task`;
  try {
    return readdirSync(threads).every((thread) => readFileSync(`${threads}/${thread}/stat`, 'utf8').includes(') T '));
  } catch {
    return false; // a thread ended while we looked: it was still at work
  }
};

export class ServerProcess {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(private readonly server: ServerCommand) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** @throws {Error} with the server's output when it ends, or does not serve in time */
  async start(): Promise<void> {
    if (this.child) throw new Error(`${this.server.command} runs already`);
    const child = spawn(this.server.command, this.server.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...this.server.owner,
    });
    this.child = child;
    this.output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.output = (this.output + String(chunk)).slice(-KEPT_OUTPUT)));
    }
    child.once('error', (error) => this.ended(child, error.message));
    child.once('exit', () => this.ended(child));
    if (child.pid !== undefined) guardProcess(child.pid);
    const end = performance.now() + (this.server.startTimeoutMs ?? PATIENCE_MS);
    for (;;) {
      if (this.child !== child) throw new Error(`${this.server.command} ended at start:\n${this.output}`);
      try {
        await this.server.ready();
        return;
      } catch (error) {
        if (performance.now() > end) {
          await this.kill();
          throw new Error(`${this.server.command} does not serve:\n${this.output}`, { cause: error });
        }
        await sleep(20);
      }
    }
  }

  /** Ends it as an operator would. Does nothing when it is not running. */
  stop(): Promise<void> {
    return this.end(this.server.stopSignal ?? 'SIGTERM');
  }

  /** Ends it as a crash would. Does nothing when it is not running. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Freezes it (SIGSTOP): connections stay open, nothing answers. Resolves once it stands still. */
  async pause(): Promise<void> {
    const child = this.child;
    if (child?.pid === undefined) return;
    child.kill('SIGSTOP');
    while (this.child === child && !standsStill(child.pid)) await sleep(5);
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    const lastResort = setTimeout(() => child.kill('SIGKILL'), LAST_RESORT_MS);
    await exited;
    clearTimeout(lastResort);
  }

  private ended(child: ChildProcess, reason = ''): void {
    this.output += reason;
    if (child.pid !== undefined) releaseProcess(child.pid);
    if (this.child === child) this.child = undefined;
  }
}
