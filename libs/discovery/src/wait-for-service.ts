import type { Registry, Watch } from './registry';

/** Milliseconds between two looks at the services that are still missing. */
const LOOK_INTERVAL_MS = 500;

export interface WaitForServiceOptions {
  /** Milliseconds after which it gives up. */
  readonly timeoutMs: number;
  /** Checks that an instance (`host:port`) of a service can be reached; rejects when not. Without it, registered is enough. */
  readonly probe?: (address: string, service: string) => Promise<void>;
  /** Called with the services still missing, each with its reason: at once, and whenever they change. */
  readonly onWaiting?: (missing: readonly string[]) => void;
  /** Ends the waiting early: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Waits until each service has an instance that is registered and, with a probe, reachable.
 * @throws {Error} naming each missing service and why, when `timeoutMs` has passed
 */
export const waitForService = async (
  registry: Registry,
  services: readonly string[],
  options: WaitForServiceOptions,
): Promise<void> => {
  const deadline = new Deadline(options.timeoutMs, options.signal);
  const watches = new Map<string, Watch>();
  try {
    for (const service of services) {
      // Not awaited: while the registry is out of reach a watch has not begun, and the service counts as missing.
      registry
        .watch(service, () => undefined)
        .then(
          (watch) => (deadline.over ? watch.stop() : void watches.set(service, watch)),
          () => undefined,
        );
    }
    await allReady(registry, services, watches, deadline, options);
  } finally {
    deadline.end();
    for (const watch of watches.values()) watch.stop();
  }
};

const allReady = async (
  registry: Registry,
  services: readonly string[],
  watches: ReadonlyMap<string, Watch>,
  deadline: Deadline,
  { probe, onWaiting }: WaitForServiceOptions,
): Promise<void> => {
  let earlier: readonly string[] = [];
  for (;;) {
    await deadline.pause(earlier.length === 0 ? 20 : LOOK_INTERVAL_MS);
    const states = await Promise.all(
      services.map((service) => stateOf(registry, service, watches.get(service), probe, deadline)),
    );
    const missing = states.filter((state) => state !== undefined);
    if (missing.length === 0) return;
    // A look that the deadline cut short takes what is there for unreachable: the one before it knew better.
    if (deadline.over) throw deadline.failure(earlier.length > 0 ? earlier : missing);
    if (missing.join() !== earlier.join()) onWaiting?.(missing);
    earlier = missing;
  }
};

/** Undefined when the service is ready, else its name and what is wrong. */
const stateOf = async (
  registry: Registry,
  service: string,
  watch: Watch | undefined,
  probe: WaitForServiceOptions['probe'],
  deadline: Deadline,
): Promise<string | undefined> => {
  if (!watch) {
    const state = registry.connected ? 'not looked up yet' : `the registry ${registry.trouble ?? 'does not answer'}`;
    return `${service} (${state})`;
  }
  const addresses = [...new Set(watch.current.values())];
  if (addresses.length === 0) return `${service} (not registered)`;
  if (!probe) return undefined;
  const answers = await Promise.all(
    addresses.map((address) =>
      Promise.race([
        probe(address, service).then(
          () => true,
          () => false,
        ),
        deadline.passed,
      ]),
    ),
  );
  return answers.includes(true) ? undefined : `${service} (registered at ${addresses.join(', ')}, but not reachable)`;
};

/** The moment at which waiting ends, by time or by signal. */
class Deadline {
  over = false;
  /** Resolves with false once it is over. */
  readonly passed: Promise<false>;
  private finish!: () => void;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly timeoutMs: number,
    private readonly signal?: AbortSignal,
  ) {
    this.passed = new Promise((resolve) => {
      this.finish = () => {
        this.over = true;
        resolve(false);
      };
    });
    this.timer = setTimeout(this.finish, timeoutMs);
    signal?.addEventListener('abort', this.finish);
    if (signal?.aborted) this.finish();
  }

  async pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([new Promise((resolve) => (timer = setTimeout(resolve, ms))), this.passed]);
    clearTimeout(timer);
  }

  failure(missing: readonly string[]): unknown {
    if (this.signal?.aborted) return this.signal.reason;
    return new Error(`gave up after ${this.timeoutMs / 1000} s waiting for ${missing.join(', ')}`);
  }

  end(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.finish);
    this.finish();
  }
}
