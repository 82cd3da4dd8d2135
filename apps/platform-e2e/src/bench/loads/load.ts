/** A load: what is done to every subject in turn, and what is read of it. */
import type { LoadGenerator } from '../generator/load-generator';
import type { ProcessorTime } from '../measure/processor-time';
import type { PlatformSubject } from '../subjects/platform';
import type { Subject } from '../subjects/subject';

/** As `--only` names them, in the order in which they run: the last restarts brokers that are warm by then. */
export const LOAD_NAMES = ['connects', 'reports-1', 'reports-16', 'commands', 'memory'] as const;
export type LoadName = (typeof LOAD_NAMES)[number];

/** How much is done in a round. */
export interface Sizes {
  readonly connects: number;
  readonly idleConnections: number;
  /** How long reports run before they are timed, and then, milliseconds. */
  readonly runUpMs: number;
  readonly timedMs: number;
  readonly commands: number;
}

/** Everything that a load works with. */
export interface Bench {
  readonly generator: LoadGenerator;
  readonly sizes: Sizes;
  /** The platform, and that of another checkout where one is measured beside it. */
  readonly platforms: readonly PlatformSubject[];
  readonly bareAedes: Subject;
  readonly answeringAedes: Subject;
}

/** A figure of a round. */
export interface Figure {
  readonly key: string;
  readonly what: string;
  readonly unit: string;
}

/** One round of one subject. */
export interface Measurement {
  /** By the keys of the load's figures; one that a subject does not have is missing. */
  readonly figures: Readonly<Record<string, number>>;
  readonly processor?: ProcessorTime;
}

export interface Load<S extends Subject = Subject> {
  readonly name: LoadName;
  /** What processor time is given for; undefined where it is not measured. */
  readonly operation?: string;
  readonly figures: readonly Figure[];
  readonly subjects: readonly S[];
  /** Whether a first round is thrown away. */
  readonly warmUp: boolean;
  /** Once, before the first round: makes the bytes that all subjects get. */
  prepare(): Promise<void>;
  measure(subject: S): Promise<Measurement>;
}

/** Figures of how long single operations take. */
export const latencyFigures = (of: string): Figure[] => [
  { key: 'p50', what: `${of}, p50`, unit: 'ms' },
  { key: 'p99', what: `${of}, p99`, unit: 'ms' },
];
