/**
 * Tells dm when sessions begin and end, in an order that survives late messages: a session's epoch is the place of its
 * `connected` message among all that was told.
 */
import type { StatusChange } from '@alink/contract';
import type { Clock, Logger } from '@alink/runtime';
import type { Epoch } from './epoch';
import type { Session } from './session';
import type { StatusTeller } from './status-teller';
import { UntoldEnds } from './untold-ends';

/** Milliseconds between tries while the stream cannot be reached. */
const RETRY_MS = 1000;
/** Tries for a session that has ended meanwhile: a device that flaps during an outage must not pile up work. */
const TRIES_AFTER_END = 5;

export class Presence {
  /** Epoch of each session that has told its beginning; resolves to undefined when it ended before that was kept. */
  private readonly epochs = new WeakMap<Session, Promise<Epoch | undefined>>();
  /** The same of those whose beginning is kept. */
  private readonly places = new WeakMap<Session, Epoch>();
  /** The session of each device that has begun last, until it ends. */
  private readonly latest = new Map<string, Session>();
  private readonly telling = new Set<Promise<unknown>>();
  /** What the stream has not taken yet, by its ids: there is one line of it for all. */
  private readonly untaken = new Set<string>();
  /** Ends that were given up. */
  readonly untold = new UntoldEnds();
  private stopping = false;
  private begun = 0;

  constructor(
    private readonly teller: StatusTeller,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly nodeId: string,
  ) {}

  /** A session has begun: tells it until it is kept. @returns its epoch */
  connected(session: Session): Promise<Epoch | undefined> {
    const at = this.clock.now();
    // The same id at every try: a try whose acknowledgement was lost is not told twice. Two logins may share a millisecond.
    const id = `connected/${this.nodeId}/${session.key}/${at}/${++this.begun}`;
    const told = (via?: StatusChange['via']): Promise<Epoch | undefined> => {
      const rawClientID = session.options.rawClientId;
      const status: StatusChange = { ...this.statusOf(session, 'connected', '', at), via, rawClientID };
      return this.tell(session, status, id, () => this.patience(session));
    };
    this.latest.set(session.key, session);
    const epoch = session.via ? this.throughGateway(session.via, told) : told();
    this.epochs.set(session, epoch);
    void epoch.then((place) => place && this.places.set(session, place));
    return epoch;
  }

  /**
   * A session has ended. One message tells of it and of its followers, the sub-devices that were online through it:
   * their beginnings have told that they are (`via`), and stand before it in the stream. A dm that does not take it so is
   * told of each.
   */
  disconnected(session: Session, followers: readonly Session[] = []): void {
    if (this.teller.takesFollowers || followers.length === 0) return void this.ended(session, followers);
    const each = followers.map((follower) => this.ended(follower, []));
    void this.track(Promise.all(each).then(() => this.ended(session, [])));
  }

  /** Settles once it is told, or is given up. */
  private ended(session: Session, followers: readonly Session[]): Promise<void> {
    const at = this.clock.now();
    const all = [session, ...followers];
    for (const one of all) if (this.latest.get(one.key) === one) this.latest.delete(one.key);
    const done = this.track(
      (async () => {
        // A beginning that was given up may have been kept all the same, when only its acknowledgement was lost.
        const places = await Promise.all(all.map((one) => this.epochs.get(one)));
        const [place] = places;
        if (place && (await this.tellEnd(session, place, at))) return;
        all.forEach((one, i) => this.untold.note(one, places[i]));
        const { productID, deviceName } = session;
        this.log.warn({ productID, deviceName }, 'the end of a session was not told; dm.rpc will hear of it later');
      })(),
    );
    return done.catch((error: unknown) => this.log.error({ err: error }, 'a disconnect could not be told'));
  }

  /** Epoch of a live session, once known. */
  epochOf(session: Session): Promise<Epoch | undefined> {
    return this.epochs.get(session) ?? Promise.resolve(undefined);
  }

  /** The epoch of a session whose beginning is kept by now. */
  placeOf(session: Session): Epoch | undefined {
    return this.places.get(session);
  }

  /** Waits until what has been told is kept; tries once more at most. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.allSettled(this.telling);
  }

  /** @returns the message's own epoch, or undefined when it was given up */
  private tellEnd(session: Session, { stream, sequence }: Epoch, at: number): Promise<Epoch | undefined> {
    const reason = session.endReason ?? 'connection closed';
    const status = { ...this.statusOf(session, 'disconnected', reason, at), epoch: sequence, stream };
    return this.tell(session, status, `disconnected/${this.nodeId}/${stream}/${sequence}`, () => TRIES_AFTER_END);
  }

  /** How many more tries the beginning of a session is worth. */
  private patience(session: Session): number {
    if (session.state !== 'ended') return Infinity;
    // Told behind the beginning of a later session, it would be taken for that of the latest.
    return this.teller.ordersAsTold && this.latest.has(session.key) ? 0 : TRIES_AFTER_END;
  }

  private async tell(
    session: Session,
    status: StatusChange,
    id: string,
    patience: () => number,
  ): Promise<Epoch | undefined> {
    let triesAfterEnd = 0;
    for (;;) {
      try {
        const place = await this.track(this.teller.tell(status, id, session));
        this.untaken.delete(id);
        return place;
      } catch (error) {
        if (patience() !== Infinity) triesAfterEnd += 1;
        const isGivenUp = this.stopping || triesAfterEnd > patience();
        if (!isGivenUp) await this.retrySoon(status, id, error);
        // A later session may have begun meanwhile.
        if (isGivenUp || triesAfterEnd > patience()) {
          this.untaken.delete(id);
          return undefined;
        }
      }
    }
  }

  private async retrySoon({ action, productID, deviceName }: StatusChange, id: string, err: unknown): Promise<void> {
    if (this.untaken.size === 0) {
      const words = 'a status change was not taken; it is tried again, as others are that are not';
      this.log.warn({ err, action, productID, deviceName }, words);
    }
    this.untaken.add(id);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }

  private track<T>(work: Promise<T>): Promise<T> {
    this.telling.add(work);
    const done = (): unknown => this.telling.delete(work);
    work.then(done, done);
    return work;
  }

  private statusOf(session: Session, action: StatusChange['action'], reason: string, timestamp: number): StatusChange {
    const { productID, deviceName, options } = session;
    return {
      username: options.username,
      timestamp,
      addr: options.address,
      clientID: `${productID}&${deviceName}`,
      reason,
      action,
      productID,
      deviceName,
      node: this.nodeId,
    };
  }

  /** The beginning of a session behind that of its gateway device, which it names; where that was given up, it is as well. */
  private async throughGateway(
    gateway: Session,
    told: (via: StatusChange['via']) => Promise<Epoch | undefined>,
  ): Promise<Epoch | undefined> {
    const epoch = await this.epochs.get(gateway);
    if (!epoch) return undefined;
    const { productID, deviceName } = gateway;
    return told({ productID, deviceName, epoch: epoch.sequence, stream: epoch.stream });
  }
}
