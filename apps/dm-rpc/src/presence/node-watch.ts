/** Takes devices offline whose node has vanished without a word: its key in the registry goes with its lease. */
import type { Bus } from '@alink/bus';
import { encodeEnvelope, serviceKeys, subjects } from '@alink/contract';
import type { Registry, Watch } from '@alink/discovery';
import type { PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { PresenceNews } from './presence-news';
import { giveUpNode } from './give-up-node';

/** A node that only lost its lease for a moment comes back within about a second; one that restarts has a new id. */
const ABSENT_MS = 15_000;

/** Both, so that dm may be upgraded before its nodes: those of earlier versions are alive under their former key. */
const KEYS = [serviceKeys.node, serviceKeys.formerNode];

/** Milliseconds after which a node that was given up will not come back: each that is started anew has a new id. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000;

export interface NodeWatchOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly prisma: PrismaClient;
  readonly registry: Registry;
  readonly news: PresenceNews;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds between two sweeps (default 5000). */
  readonly sweepMs?: number;
}

export class NodeWatch {
  private readonly absentSince = new Map<string, number>();
  /** Nodes whose devices were taken offline, and when: one may only have lost its lease, for longer than was waited. */
  private readonly givenUp = new Map<string, number>();
  private watches: Watch[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: NodeWatchOptions) {}

  async start(): Promise<void> {
    for (const key of KEYS) this.watches.push(await this.options.registry.watch(key, () => undefined));
    this.timer = setInterval(() => {
      this.running = this.running
        .then(() => this.sweep())
        .catch((error) => this.options.log.warn({ err: error }, 'presence was not swept; trying again'));
    }, this.options.sweepMs ?? 5000);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopped = true;
    await this.running;
    for (const watch of this.watches) watch.stop();
  }

  /** Looks once which nodes are gone. Run by the timer; public for tests, which own the clock. */
  async sweep(): Promise<void> {
    const { prisma, registry, now, news, log } = this.options;
    if (!registry.connected || this.watches.length < KEYS.length) {
      // Nothing is known of nodes now: all of them count as there, from the beginning.
      this.absentSince.clear();
      return;
    }
    const keys = this.watches.flatMap((watch) => [...watch.current.keys()]);
    const present = new Set(keys.map((key) => key.slice(key.lastIndexOf('/') + 1)));
    const holding = await prisma.device.groupBy({ by: ['node'], where: { isOnline: true, node: { not: null } } });
    const absent = new Set(holding.flatMap(({ node }) => (node && !present.has(node) ? [node] : [])));
    for (const node of this.absentSince.keys()) if (!absent.has(node)) this.absentSince.delete(node);
    this.askReturned(present);
    for (const node of absent) {
      const since = this.absentSince.get(node) ?? now();
      this.absentSince.set(node, since);
      if (now() - since <= ABSENT_MS) continue;
      let devices = 0;
      for await (const changes of giveUpNode(prisma, node, now())) {
        devices += changes.length;
        news.tell(changes);
        if (this.stopped) return;
      }
      this.absentSince.delete(node);
      this.givenUp.set(node, now());
      log.warn({ node, devices }, 'a node is gone; its devices are offline');
    }
  }

  /** A node that was given up and lives has its devices on it all the time: it is asked which. */
  private askReturned(present: ReadonlySet<string>): void {
    const { bus, now, log } = this.options;
    for (const [node, since] of this.givenUp) {
      const isBack = present.has(node);
      if (isBack || now() - since > FORGOTTEN_MS) this.givenUp.delete(node);
      if (!isBack) continue;
      log.info({ node }, 'a node that was given up is back; it is asked which devices are online there');
      bus.publish(subjects.statusFix, encodeEnvelope('{}', now()));
    }
  }
}
