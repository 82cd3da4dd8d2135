/** One of the platform's apps as a process of its own, for tests from outside. */
import { spawn, type ChildProcess } from 'node:child_process';
import { guardProcess, releaseProcess } from './guardian';
import { PATIENCE_MS } from './patience';
import { repositoryRoot } from './repository-root';

export interface SpawnedApp {
  readonly pid: number;
  /** Everything it has printed, both streams; of more than 100 million characters the latest ones. */
  readonly output: string;
  /** How many characters it has printed. */
  readonly printed: number;
  /**
   * The first match in its output, printed already or to come.
   * @throws {Error} with the end of its output when it ends first or `timeoutMs` (default {@link PATIENCE_MS}) pass
   */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Freezes it (SIGSTOP): it does nothing and its connections stay, until {@link resume}. */
  pause(): void;
  resume(): void;
  /** How it ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Sends the signal (default SIGTERM), also to one that is frozen, and waits until it has ended. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** What a program needs of our environment; the rest would change what is tested. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot'] as const;

/** Characters of output that are kept: a string has 500 million at most. */
const MAX_OUTPUT = 100_000_000;

/**
 * Runs `node dist/apps/<app>/main.mjs` in the root of the repository with just these variables.
 * @param root root of another checkout, whose build is run instead of this one's
 */
export const spawnApp = (
  app: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  root?: string,
): SpawnedApp => spawnProgram(process.execPath, [`dist/apps/${app}/main.mjs`, ...args], env, root);

/** Runs any program in the root of the repository in the same way. */
export const spawnProgram = (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  root = repositoryRoot,
): SpawnedApp => {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  const child = spawn(command, args, {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new AppProcess(child, [command, ...args].join(' '));
};

class AppProcess implements SpawnedApp {
  output = '';
  printed = 0;
  readonly exited: SpawnedApp['exited'];
  private readonly onOutput = new Set<() => void>();
  private ended = false;

  constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        this.printed += text.length;
        this.output += text;
        if (this.output.length > 2 * MAX_OUTPUT) this.output = this.output.slice(-MAX_OUTPUT);
        this.tell();
      });
    }
    if (child.pid !== undefined) guardProcess(child.pid);
    this.exited = new Promise((resolve) => {
      // "close" comes after the last output; "error" alone when it could not be started.
      child.once('error', (error) => {
        this.output += `${error.message}\n`;
        this.finish();
        resolve({ code: null, signal: null });
      });
      child.once('close', (code, signal) => {
        this.finish();
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  waitForLine(pattern: RegExp, timeoutMs = PATIENCE_MS): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.onOutput.delete(look);
      };
      const fail = (why: string) => {
        done();
        reject(
          new Error(`${this.name}: ${why}, waiting for ${pattern}; its output ends:\n${this.output.slice(-3000)}`),
        );
      };
      const look = () => {
        const match = this.output.match(pattern);
        if (match) {
          done();
          resolve(match);
        } else if (this.ended) fail('it ended');
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      this.onOutput.add(look);
      look();
    });
  }

  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): SpawnedApp['exited'] {
    if (!this.ended) {
      this.resume();
      this.child.kill(signal);
    }
    return this.exited;
  }

  private finish(): void {
    this.ended = true;
    if (this.child.pid !== undefined) releaseProcess(this.child.pid);
    this.tell();
  }

  private tell(): void {
    for (const look of [...this.onOutput]) look();
  }
}
