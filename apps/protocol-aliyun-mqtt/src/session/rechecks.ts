/** Looks again at sessions whose device may have changed, and cuts those that would not be let in any more. */
import type { Logger } from '@alink/runtime';
import type { DeviceDirectory } from '../directory/device-directory';
import type { EndCause } from './end-cause';
import { isAttached, type Session } from './session';
import type { SessionTable } from './session-table';

/** Sessions that are looked at together: as many as the directory asks for in one call. */
const AT_ONCE = 500;
/** Milliseconds until a session that could not be looked at has its next turn. */
const RETRY_MS = 1000;

export class Rechecks {
  /** Nobody could be asked about these. */
  private readonly undecided = new Set<Session>();
  /** Set as long as there are any. */
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly directory: DeviceDirectory,
    private readonly sessions: SessionTable,
    private readonly log: Logger,
  ) {}

  /** Resolves when each has been looked at; those that could not be are looked at again until they are decided. */
  async check(sessions: readonly Session[]): Promise<void> {
    const queue = sessions.values();
    const worker = async (): Promise<void> => {
      for (const session of queue) await this.decide(session);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, sessions.length) }, worker));
  }

  /** Ends a session that may not go on; its login lets no cloud publisher in any more. */
  end(session: Session, cause: EndCause): void {
    this.sessions.forgetLogin(session.productKey, session.deviceName);
    void session.end(cause);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
  }

  private async decide(session: Session): Promise<void> {
    try {
      const cause = await this.objection(session);
      if (cause && session.state !== 'ended') this.end(session, cause);
    } catch (error) {
      this.tryAgain(session, error);
    }
  }

  /** @returns why the device would not be let in as this session was, or undefined */
  private async objection({ productKey, deviceName, options, via }: Session): Promise<EndCause | undefined> {
    const { product, device } = await this.directory.current(productKey, deviceName);
    if (!product || !device) return { text: 'the device was deleted', code: 521 };
    if (!device.enabled || !product.enabled) return { text: 'the device was disabled', code: 522 };
    if (via && !isAttached(device, via)) return { text: 'it was detached from its gateway device', code: 6401 };
    // Not compared with the session's beginning: two machines have two clocks.
    if (device.resetAt !== options.device.resetAt) return { text: 'the device was reset', code: 520 };
    if (await options.stillGood({ product, device })) return undefined;
    return { text: 'its credentials were changed or revoked', code: 520 };
  }

  private tryAgain(session: Session, error: unknown): void {
    if (this.stopped || session.state === 'ended') return;
    this.undecided.add(session);
    if (this.retry) return;
    this.log.warn({ err: error }, 'sessions cannot be checked after a change; they are tried again every second');
    this.retryLater();
  }

  private retryLater(): void {
    this.retry = setTimeout(() => {
      const sessions = [...this.undecided].filter(({ state }) => state !== 'ended');
      this.undecided.clear();
      void this.check(sessions).then(() => {
        if (this.stopped) return;
        if (this.undecided.size > 0) return this.retryLater();
        this.retry = undefined;
        this.log.info('all sessions are checked');
      });
    }, RETRY_MS);
  }
}
