/** Takes devices offline whose gateway has vanished without a word: its key in the registry goes with its lease. */
import { serviceKeys } from '@alink/contract';
import type { Registry, Watch } from '@alink/discovery';
import type { PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { PresenceNews } from './presence-news';
import { giveUpGateway } from './presence-store';

/** A gateway that only lost its lease for a moment comes back within about a second; one that restarts has a new id. */
const ABSENT_MS = 15_000;

export interface GatewayWatchOptions {
  readonly prisma: PrismaClient;
  readonly registry: Registry;
  readonly news: PresenceNews;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds between two sweeps (default 5000). */
  readonly sweepMs?: number;
}

export class GatewayWatch {
  private readonly absentSince = new Map<string, number>();
  private watch: Watch | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: GatewayWatchOptions) {}

  async start(): Promise<void> {
    this.watch = await this.options.registry.watch(serviceKeys.gateway, () => undefined);
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
    this.watch?.stop();
  }

  /** Looks once which gateways are gone. Run by the timer; public for tests, which own the clock. */
  async sweep(): Promise<void> {
    const { prisma, registry, now, news, log } = this.options;
    if (!registry.connected || !this.watch) {
      // Nothing is known of gateways now: all of them count as there, from the beginning.
      this.absentSince.clear();
      return;
    }
    const present = new Set([...this.watch.current.keys()].map((key) => key.slice(key.lastIndexOf('/') + 1)));
    const holding = await prisma.device.groupBy({ by: ['gateway'], where: { isOnline: true, gateway: { not: null } } });
    const absent = new Set(holding.flatMap(({ gateway }) => (gateway && !present.has(gateway) ? [gateway] : [])));
    for (const gateway of this.absentSince.keys()) if (!absent.has(gateway)) this.absentSince.delete(gateway);
    for (const gateway of absent) {
      const since = this.absentSince.get(gateway) ?? now();
      this.absentSince.set(gateway, since);
      if (now() - since <= ABSENT_MS) continue;
      let devices = 0;
      for await (const changes of giveUpGateway(prisma, gateway, now())) {
        devices += changes.length;
        news.tell(changes);
        if (this.stopped) return;
      }
      this.absentSince.delete(gateway);
      log.warn({ gateway, devices }, 'a gateway is gone; its devices are offline');
    }
  }
}
