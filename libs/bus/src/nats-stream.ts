/** The JetStream stream that keeps uplinks: made when it is missing, brought up to date when it differs. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DiscardPolicy,
  nanos,
  RetentionPolicy,
  StorageType,
  type NatsConnection,
  type StreamConfig,
  type StreamInfo,
} from 'nats';
import type { StreamFacts } from './bus';
import { isNatsError } from './nats-error';
import type { Log } from './log';

export interface StreamOptions {
  readonly name: string;
  /** Patterns of the subjects that it keeps. */
  readonly subjects: readonly string[];
  /** Milliseconds after which a message goes; default 7 days. */
  readonly maxAgeMs?: number;
  /** Bytes of all messages, above which the oldest go; default no limit but the age. */
  readonly maxBytes?: number;
  /** Copies in a NATS cluster; default 1. */
  readonly replicas?: number;
}

const DAY_MS = 86_400_000;
/** Time within which the same `Nats-Msg-Id` is kept once. */
const DUPLICATE_WINDOW_MS = 120_000;
const RETRY_MS = 500;
/** Milliseconds that JetStream has to say how full the stream is. */
const FACTS_TIMEOUT_MS = 1000;
/** JetStream's error code for a stream that does not exist. */
const STREAM_NOT_FOUND = 10059;

/** Name of the stream that keeps messages on this subject; undefined where none does, or the server has no JetStream. */
export const streamOfSubject = async (connection: NatsConnection, subject: string): Promise<string | undefined> => {
  const manager = await connection.jetstreamManager({ checkAPI: false });
  try {
    const [name] = await manager.streams.names(subject).next();
    return name;
  } catch (error) {
    if (isNatsError(error)) return undefined;
    throw error;
  }
};

const configOf = (options: StreamOptions): Partial<StreamConfig> & { name: string } => ({
  name: options.name,
  subjects: [...options.subjects],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.Old,
  max_age: nanos(options.maxAgeMs ?? 7 * DAY_MS),
  max_bytes: options.maxBytes ?? -1,
  num_replicas: options.replicas ?? 1,
  duplicate_window: nanos(Math.min(DUPLICATE_WINDOW_MS, options.maxAgeMs ?? DUPLICATE_WINDOW_MS)),
});

export class NatsStream {
  private ensuring: Promise<void> | undefined;
  private adoptedMs = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: StreamOptions,
    private readonly log: Log,
  ) {}

  get name(): string {
    return this.options.name;
  }

  /** When the stream was made, unix milliseconds. */
  async createdMs(): Promise<number> {
    await this.ensuring;
    return this.adoptedMs;
  }

  /** @throws {Error} when JetStream does not say */
  async facts(): Promise<StreamFacts> {
    const manager = await this.connection.jetstreamManager({ checkAPI: false, timeout: FACTS_TIMEOUT_MS });
    const [{ config, state }, account, consumers] = await Promise.all([
      manager.streams.info(this.name),
      manager.getAccountInfo(),
      manager.consumers.list(this.name).next(),
    ]);
    const { discard, max_bytes, max_msgs } = config;
    // One that lets the oldest go has room for ever, as far as its own limits go.
    const isAtLimit =
      discard === DiscardPolicy.New &&
      ((max_bytes > 0 && state.bytes >= max_bytes) || (max_msgs > 0 && state.messages >= max_msgs));
    const { max_storage } = account.limits;
    return {
      name: this.name,
      messages: state.messages,
      bytes: state.bytes,
      ...(max_bytes > 0 && { maxBytes: max_bytes }),
      isFull: isAtLimit || (max_storage > 0 && account.storage >= max_storage),
      consumers: consumers.map(({ name, num_pending, num_ack_pending }) => ({
        name,
        waiting: num_pending,
        underWay: num_ack_pending,
      })),
    };
  }

  /** Makes the stream or brings it up to date. Rejects with what JetStream says. */
  async ensure(): Promise<void> {
    const manager = await this.connection.jetstreamManager({ checkAPI: false });
    const config = configOf(this.options);
    const adopt = (info: StreamInfo) => (this.adoptedMs = Date.parse(info.created));
    try {
      const { config: present, created } = await manager.streams.info(config.name);
      this.adoptedMs = Date.parse(created);
      const differs = (Object.keys(config) as (keyof StreamConfig)[]).some(
        (key) => JSON.stringify(present[key]) !== JSON.stringify(config[key]),
      );
      if (differs) adopt(await manager.streams.update(config.name, config));
    } catch (error) {
      if (!isNatsError(error) || error.api_error?.err_code !== STREAM_NOT_FOUND) throw error;
      adopt(await manager.streams.add(config));
      this.log.info({ stream: config.name, subjects: config.subjects }, 'stream made');
    }
  }

  /** Like {@link ensure}, but tries until it succeeds or the connection is closed. Several calls at once are one. */
  ensureSoon(): Promise<void> {
    this.ensuring ??= this.untilEnsured().finally(() => (this.ensuring = undefined));
    return this.ensuring;
  }

  private async untilEnsured(): Promise<void> {
    for (let attempt = 1; !this.connection.isClosed(); attempt++) {
      try {
        return await this.ensure();
      } catch (err) {
        if (attempt === 1) this.log.warn({ err, stream: this.name }, 'stream is not available, trying again');
        await sleep(RETRY_MS);
      }
    }
  }
}
