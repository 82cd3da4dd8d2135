/** What the services need - etcd, NATS, PostgreSQL, each other - as those that answer have seen it lately. */
import { isoOfMs } from '../words/time-text';
import type { EtcdAnswer, Instance, PartReport } from './instances';

/** A type, not an interface, so that it is a row of output. */
export type PartRow = {
  readonly part: string;
  readonly state: 'up' | 'down' | 'unknown';
  /** Since when it is so, as ISO 8601. */
  readonly since: string | undefined;
  /** What is wrong, and who says so; else how full its stream is. */
  readonly detail: string;
  /** Figures of the stream that reports are kept in. */
  readonly stream?: StreamFigures;
};

type StreamFigures = {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number | undefined;
  readonly full: boolean;
  readonly consumers: readonly { readonly name: string; readonly waiting: number; readonly underWay: number }[];
};

/** What one service says of one part. */
type Seen = PartReport & { readonly by: string };

/** Shown whether or not somebody can tell. */
const ALWAYS = ['etcd', 'NATS', 'PostgreSQL'];
/** Part of NATS' line: whether the stream keeps what it is given. */
const REPORTS = 'reports';

const seenIn = (instances: readonly Instance[]): Seen[] =>
  instances.flatMap(({ service, address, report }) =>
    (report?.parts ?? []).map((part) => ({ ...part, by: `${service} at ${address}` })),
  );

export const partRows = (instances: readonly Instance[], etcd: EtcdAnswer | undefined): PartRow[] => {
  const seen = seenIn(instances);
  return ALWAYS.map((part) => {
    const about = seen.filter(({ name }) => name === part);
    const row = rowOf(part, about);
    if (part === 'etcd' && etcd) return ofOwnLook(row, etcd);
    return part === 'NATS' ? withStream(row, about, seen) : row;
  });
};

/** The instance's own word is old where it has gone; others tell since when they miss it. */
export const missedSince = (service: string, instances: readonly Instance[]): string | undefined => {
  const missed = seenIn(instances).filter(({ name, up }) => name === service && !up);
  return earliest(missed);
};

const earliest = (seen: readonly Seen[]): string | undefined =>
  seen.length === 0 ? undefined : isoOfMs(Math.min(...seen.map(({ since }) => Number(since))));

const rowOf = (part: string, seen: readonly Seen[]): PartRow => {
  const down = seen.filter(({ up }) => !up);
  if (down.length > 0) {
    const detail = down.map(({ cause, by }) => `${cause} (${by})`).join('; ');
    return { part, state: 'down', since: earliest(down), detail };
  }
  if (seen.length > 0) return { part, state: 'up', since: earliest(seen), detail: '' };
  return { part, state: 'unknown', since: undefined, detail: 'no service answers that could tell' };
};

const ofOwnLook = (row: PartRow, { cause }: EtcdAnswer): PartRow => {
  if (cause !== '')
    return { ...row, state: 'down', since: row.state === 'down' ? row.since : undefined, detail: cause };
  return row.state === 'unknown' ? { ...row, state: 'up', detail: '' } : row;
};

const withStream = (row: PartRow, about: readonly Seen[], seen: readonly Seen[]): PartRow => {
  const found = about.find(({ stream }) => stream)?.stream;
  const refused = seen.filter(({ name, up }) => name === REPORTS && !up);
  const trouble = refused.map(({ cause, by }) => `reports are not kept: ${cause} (${by})`);
  const state = refused.length > 0 ? 'down' : row.state;
  const since = row.state === 'down' ? row.since : (earliest(refused) ?? row.since);
  if (!found) return { ...row, state, since, detail: [row.detail, ...trouble].filter(Boolean).join('; ') };
  const stream: StreamFigures = {
    name: found.name,
    messages: Number(found.messages),
    bytes: Number(found.bytes),
    maxBytes: Number(found.maxBytes) || undefined,
    full: found.full || refused.some(({ cause }) => cause.includes('refused')),
    consumers: found.consumers.map(({ name, waiting, underWay }) => ({
      name,
      waiting: Number(waiting),
      underWay: Number(underWay),
    })),
  };
  return { ...row, state, since, detail: [row.detail, ...trouble, wordsOf(stream)].filter(Boolean).join('; '), stream };
};

const wordsOf = ({ name, messages, bytes, maxBytes, full, consumers }: StreamFigures): string => {
  const size = `${megabytes(bytes)}${maxBytes ? ` of ${megabytes(maxBytes)}` : ''}`;
  const lag = consumers.map((consumer) => `${consumer.name} ${consumer.waiting + consumer.underWay} behind`);
  return [`stream ${name}: ${messages} messages`, size, full ? 'FULL' : 'not full', ...lag].join(', ');
};

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
