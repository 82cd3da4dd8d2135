/**
 * The way from accept to CONNACK, paced. When a whole fleet comes back at once, only so many connections are worked on
 * at a time; the others wait, unread, for their turn, so that each is served within its patience instead of all being
 * served too late.
 *
 * - `waiting`: accepted, and its CONNECT or first TLS record is there; in the lane of its address. Lanes take turns, so a flood from one address does not
 *   keep the others out.
 * - `opening`: it has had its turn and holds a slot: TLS handshake, CONNECT. While its CONNECT is not there
 *   we wait for it, and it loses the slot after {@link AcceptQueueOptions.patienceMs}, so that those who keep silent do
 *   not keep the slots; from its CONNECT on it waits for us, and keeps the slot.
 *
 * waiting → opening → finished (CONNACK sent), and from each to closed.
 */
import { LRUCache } from 'lru-cache';
import type { Duplex } from 'node:stream';
import { type Clock, TokenBucket } from '@alink/runtime';
import type { Opening, TurnQueue } from '../transport/openings';
import { addressKey } from './address-key';

export interface AcceptQueueOptions {
  /** Connections begun per second from one address, after ten seconds' worth at once; 0 = no limit. */
  readonly perAddress: number;
  /** Connections begun per second in all; 0 = no limit. */
  readonly inTotal: number;
  /** Connections worked on at once. One address has at most half of them, where others could want them. */
  readonly slots: number;
  /** Milliseconds that a connection may keep its slot before its CONNECT is there. */
  readonly patienceMs: number;
  /** Connections that have had their turn and sent no CONNECT yet: of more, the one that has taken longest is closed. */
  readonly maxSilent: number;
  /** Connections that wait: when there are more, the newest is closed. */
  readonly maxWaiting: number;
  /** Bytes that those who wait may have sent, all together: of more, the newest connection is closed. */
  readonly maxWaitingBytes: number;
  /** Milliseconds that one may wait. */
  readonly maxWaitMs: number;
}

/** Why a connection was closed before its CONNACK. */
export type Drop = 'queue full' | 'waited too long' | 'made room';

export interface AcceptQueueEvents {
  onDrop(why: Drop, address: string): void;
  /** It is a connection's turn, after so many milliseconds. */
  onTurn(waitedMs: number): void;
}

interface Lane {
  readonly key: string;
  /** What its address may begin; absent without a limit. */
  readonly rate: TokenBucket | undefined;
  /** Until then it has no turn: its rate is used up. */
  rest?: NodeJS.Timeout;
  /** Turns that are waited for, oldest first. */
  readonly waiting: Set<() => void>;
  /** Slots that it holds. */
  held: number;
}

/** Seconds' worth of connections that may come from one address at once: a fleet behind a NAT that comes back. */
const BURST_S = 10;
/** Addresses whose rate is remembered. */
const MAX_ADDRESSES = 50_000;
/** Milliseconds that every device waits for its CONNACK: whoever has waited longer may be gone. */
const SURELY_THERE_MS = 1000;

export class AcceptQueue implements TurnQueue {
  /** Lanes in which somebody waits, in the order of their turns. */
  private readonly turns = new Map<string, Lane>();
  /** Lanes in which somebody waits or holds a slot. */
  private readonly lanes = new Map<string, Lane>();
  private readonly rates = new LRUCache<string, TokenBucket>({ max: MAX_ADDRESSES });
  private readonly total: TokenBucket | undefined;
  private pause: NodeJS.Timeout | undefined;
  private waitingCount = 0;
  private waitingBytes = 0;
  private openingCount = 0;
  private slotsHeld = 0;
  /** What closes a connection whose CONNECT is not there yet; oldest first. */
  private readonly silent = new Set<() => void>();

  constructor(
    private readonly options: AcceptQueueOptions,
    private readonly clock: Clock,
    private readonly events: AcceptQueueEvents,
  ) {
    if (options.inTotal > 0) this.total = new TokenBucket(options.inTotal, options.inTotal, clock);
  }

  /** Connections that wait for their turn. */
  get waiting(): number {
    return this.waitingCount;
  }

  /** Connections between their turn and their CONNACK. */
  get opening(): number {
    return this.openingCount;
  }

  enter(socket: Duplex, address: string | undefined): Promise<Opening> {
    return new Promise((resolve, reject) => {
      const began = this.clock.now();
      const key = address === undefined ? '' : addressKey(address);
      const close = (why: Drop): void => {
        this.events.onDrop(why, address ?? '');
        socket.destroy();
      };
      const refuse = (): void => reject(new Error('closed before its turn'));
      socket.once('close', refuse);
      const lane = this.laneOf(key);
      const bytes = socket.readableLength;
      const { maxWaiting, maxWaitingBytes } = this.options;
      const isFull = this.waitingCount >= maxWaiting || this.waitingBytes + bytes > maxWaitingBytes;
      if (isFull || this.hasNoHope(lane)) {
        this.tidy(lane);
        return close('queue full');
      }
      this.waitingCount += 1;
      this.waitingBytes += bytes;
      const leave = (): void => {
        this.waitingCount -= 1;
        this.waitingBytes -= bytes;
        clearTimeout(limit);
        socket.off('close', abandon);
        socket.off('close', refuse);
      };
      const turn = (): void => {
        leave();
        const waitedMs = this.clock.now() - began;
        this.events.onTurn(waitedMs);
        resolve(this.open(socket, lane, close, waitedMs > SURELY_THERE_MS));
      };
      const abandon = (): void => {
        leave();
        this.forget(lane, turn);
        refuse();
      };
      const limit = setTimeout(() => close('waited too long'), this.options.maxWaitMs);
      socket.once('close', abandon);
      lane.waiting.add(turn);
      this.queueUp(lane);
      this.serve();
    });
  }

  private rateOf(key: string): TokenBucket | undefined {
    const { perAddress } = this.options;
    if (perAddress === 0 || key === '') return undefined;
    const rate = this.rates.get(key) ?? new TokenBucket(perAddress, perAddress * BURST_S, this.clock);
    this.rates.set(key, rate);
    return rate;
  }

  /** Whether so many wait in a lane that one more would wait as long as nobody may. */
  private hasNoHope({ rate, waiting }: Lane): boolean {
    if (!rate) return false;
    const waitMs = rate.spend(waiting.size + 1);
    rate.refund(waiting.size + 1);
    return waitMs >= this.options.maxWaitMs;
  }

  /** @param mayBeGone see {@link Opening}; if it is, its turn is not counted against its address */
  private open(socket: Duplex, lane: Lane, close: (why: Drop) => void, mayBeGone: boolean): Opening {
    let hasSpoken = false;
    let holdsSlot = true;
    const release = (): void => {
      if (!holdsSlot) return;
      holdsSlot = false;
      this.slotsHeld -= 1;
      lane.held -= 1;
      this.queueUp(lane);
      this.tidy(lane);
      this.serve();
    };
    const patience = setTimeout(release, this.options.patienceMs);
    const makeRoom = (): void => close('made room');
    const connecting = (): void => {
      hasSpoken = true;
      clearTimeout(patience);
      this.silent.delete(makeRoom);
    };
    let isFinished = false;
    const finished = (): void => {
      if (isFinished) return;
      isFinished = true;
      if (mayBeGone && !hasSpoken) lane.rate?.refund(1);
      this.openingCount -= 1;
      socket.off('close', finished);
      connecting();
      release();
    };
    socket.once('close', finished);
    this.openingCount += 1;
    this.silent.add(makeRoom);
    if (this.silent.size > this.options.maxSilent) {
      const [closeOldest] = this.silent;
      this.silent.delete(closeOldest!);
      closeOldest!();
    }
    return {
      mayBeGone,
      get hasConnected() {
        return hasSpoken;
      },
      connecting,
      finished,
    };
  }

  /** Gives free slots away, one lane after the other. */
  private serve(): void {
    if (this.pause) return;
    const { slots } = this.options;
    while (this.slotsHeld < slots && this.turns.size > 0) {
      const lane = this.turns.values().next().value!;
      this.turns.delete(lane.key);
      // A proxy's health checks come from no address. A full lane takes turns again once it has given a slot back.
      if (lane.key !== '' && lane.held >= slots / 2) continue;
      const restMs = spendOrWait(lane.rate);
      if (restMs > 0) {
        lane.rest = setTimeout(() => {
          lane.rest = undefined;
          this.queueUp(lane);
          this.serve();
        }, restMs);
        continue;
      }
      const pauseMs = spendOrWait(this.total);
      if (pauseMs > 0) {
        lane.rate?.refund(1);
        this.queueUp(lane);
        this.pause = setTimeout(() => {
          this.pause = undefined;
          this.serve();
        }, pauseMs);
        return;
      }
      const [turn] = lane.waiting;
      lane.waiting.delete(turn!);
      lane.held += 1;
      this.slotsHeld += 1;
      this.queueUp(lane);
      turn!();
    }
  }

  /** Puts a lane in which somebody waits behind the others, unless it stands there or rests. */
  private queueUp(lane: Lane): void {
    if (lane.waiting.size > 0 && !lane.rest) this.turns.set(lane.key, lane);
  }

  private laneOf(key: string): Lane {
    const known = this.lanes.get(key);
    if (known) return known;
    const lane: Lane = { key, rate: this.rateOf(key), waiting: new Set(), held: 0 };
    this.lanes.set(key, lane);
    return lane;
  }

  private forget(lane: Lane, turn: () => void): void {
    if (!lane.waiting.delete(turn)) return;
    if (lane.waiting.size === 0) this.turns.delete(lane.key);
    this.tidy(lane);
  }

  private tidy(lane: Lane): void {
    if (lane.held > 0 || lane.waiting.size > 0) return;
    clearTimeout(lane.rest);
    this.lanes.delete(lane.key);
  }
}

/** Takes one token, or says in how many milliseconds there will be one. */
const spendOrWait = (bucket: TokenBucket | undefined): number => {
  const waitMs = bucket?.spend(1) ?? 0;
  if (waitMs > 0) bucket!.refund(1);
  return waitMs;
};
