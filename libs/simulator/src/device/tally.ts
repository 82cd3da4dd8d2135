/** What all devices of a fleet have done together. */
import type { DownKind } from '../messages/answer';
import type { StageKind } from '../gateway/sub-client';
import { isReport, type MessageKind } from '../messages/kinds';
import { Latencies } from './latencies';

/** How a kind of message fared. */
export interface Fared {
  sent: number;
  /** Answered with code 200. */
  accepted: number;
  /** Answered with another code. */
  refused: number;
}

/** What is counted by itself: what devices say, and what gateway devices ask for their sub-devices. */
export type TalliedKind = MessageKind | StageKind;

/** Different refusals that are counted each; a stranger's texts are without end. */
const MAX_REFUSALS = 100;

export class Tally {
  /** Connections that were let in, registrations not among them. */
  connects = 0;
  registered = 0;
  /** Connections that were lost, and those that were cut on purpose. */
  losses = 0;
  cuts = 0;
  /** Devices that no longer try. */
  gaveUp = 0;
  refusedFilters = 0;
  /** PUBACKs. */
  acknowledged = 0;
  replies = 0;
  /** Messages whose reply did not come in time, or was lost with the connection. */
  unanswered = 0;
  sentAgain = 0;
  readonly latencies = new Latencies();
  readonly kinds = new Map<TalliedKind, Fared>();
  readonly told = new Map<DownKind, number>();
  /** By the words of why. */
  readonly failures = new Map<string, number>();
  readonly refusals = new Map<string, number>();

  failedToConnect(why: string): void {
    count(this.failures, why);
  }

  sentOf(kind: TalliedKind): void {
    this.of(kind).sent += 1;
  }

  /** @param tookMs from the message to its reply */
  answeredOf(kind: TalliedKind, code: number, message: string, tookMs: number): void {
    this.latencies.add(tookMs);
    if (code === 200) return void (this.of(kind).accepted += 1);
    this.of(kind).refused += 1;
    count(this.refusals, `${kind}: ${code} ${message}`);
  }

  toldOf(kind: DownKind): void {
    this.told.set(kind, (this.told.get(kind) ?? 0) + 1);
  }

  /** Reports alone: what a platform keeps. */
  get reports(): Fared {
    const sum = { sent: 0, accepted: 0, refused: 0 };
    for (const [kind, { sent, accepted, refused }] of this.kinds) {
      if (!isReport(kind)) continue;
      sum.sent += sent;
      sum.accepted += accepted;
      sum.refused += refused;
    }
    return sum;
  }

  private of(kind: TalliedKind): Fared {
    let fared = this.kinds.get(kind);
    if (!fared) this.kinds.set(kind, (fared = { sent: 0, accepted: 0, refused: 0 }));
    return fared;
  }
}

const count = (counts: Map<string, number>, words: string): void => {
  const known = counts.has(words) || counts.size < MAX_REFUSALS;
  const key = known ? words : 'others';
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
