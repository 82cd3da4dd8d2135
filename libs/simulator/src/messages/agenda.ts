/** When a device says what: the same for the same seed, however the device fares in between. */
import { randomOf } from '../values/random';
import type { MessageKind } from './kinds';

/** Messages of one kind, again and again. */
export interface Stream {
  readonly kind: MessageKind;
  /** Milliseconds from one to the next; 0 has each due at once. */
  readonly everyMs: number;
}

export interface Due {
  readonly kind: MessageKind;
  /** Of its kind, from 0. */
  readonly number: number;
  /** Milliseconds after the device began. */
  readonly atMs: number;
}

export interface AgendaOptions {
  readonly streams: readonly Stream[];
  /** By how much of its interval a message may come early or late, both together: 0 to 1. */
  readonly jitter: number;
  readonly seed: string;
  readonly deviceName: string;
}

/** Gives what is due, in order of time; of two at once that of the earlier stream. */
export class Agenda {
  /** Of each stream the message that comes next. */
  private readonly heads: Due[];

  constructor(private readonly options: AgendaOptions) {
    this.heads = options.streams.map((stream) => this.dueOf(stream, 0));
  }

  /** Takes the next message; undefined where there are no streams. */
  take(): Due | undefined {
    let first = 0;
    for (let i = 1; i < this.heads.length; i++) if (this.heads[i]!.atMs < this.heads[first]!.atMs) first = i;
    const due = this.heads[first];
    if (due) this.heads[first] = this.dueOf(this.options.streams[first]!, due.number + 1);
    return due;
  }

  private dueOf({ kind, everyMs }: Stream, number: number): Due {
    const { jitter, seed, deviceName } = this.options;
    // Devices that begin together do not report together.
    const phase = randomOf(seed, deviceName, kind, 'phase').next();
    const shift = jitter === 0 ? 0 : (randomOf(seed, deviceName, kind, number, 'jitter').next() - 0.5) * jitter;
    return { kind, number, atMs: Math.max(0, Math.round((number + phase + shift) * everyMs)) };
  }
}
