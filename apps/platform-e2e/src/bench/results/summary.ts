/** What the rounds of a load come to: the median of each figure, with its spread. */
import type { Figure, Load, LoadName, Measurement } from '../loads/load';
import type { ProcessorTime } from '../measure/processor-time';
import { PROCESSES, type ProcessName } from '../subjects/subject';
import { spreadOf, type Spread } from './statistics';

/** `together` are all processes of the subject. */
export const COST_COLUMNS = [...PROCESSES.filter((name) => name !== 'generator'), 'together', 'generator'] as const;
export type CostColumn = ProcessName | 'together';

export interface SubjectSummary {
  readonly name: string;
  readonly figures: Readonly<Record<string, Spread>>;
  /** Microseconds of processor time for an operation; undefined where it is not measured. */
  readonly processorUs?: Readonly<Partial<Record<CostColumn, Spread>>>;
  readonly rounds: readonly Measurement[];
}

export interface LoadSummary<Name = LoadName> {
  readonly name: Name;
  readonly operation?: string;
  readonly figures: readonly Figure[];
  readonly subjects: readonly SubjectSummary[];
}

/** The figures of all rounds, one by one; those that no round has are left out. */
const spreads = <K extends string>(
  keys: readonly K[],
  rounds: readonly Readonly<Partial<Record<K, number>>>[],
): Partial<Record<K, Spread>> =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const values = rounds.flatMap((round) => round[key] ?? []);
      return values.length === 0 ? [] : [[key, spreadOf(values)] as const];
    }),
  ) as Partial<Record<K, Spread>>;

const withSum = (time: ProcessorTime): Partial<Record<CostColumn, number>> => {
  const { generator: _generator, ...subject } = time;
  return { ...time, together: Object.values(subject).reduce((sum, us) => sum + us, 0) };
};

const summarizeSubject = (name: string, figures: readonly Figure[], rounds: readonly Measurement[]): SubjectSummary => {
  const times = rounds.flatMap(({ processor }) => (processor ? [withSum(processor)] : []));
  return {
    name,
    figures: spreads(
      figures.map(({ key }) => key),
      rounds.map((round) => round.figures),
    ) as Record<string, Spread>,
    ...(times.length > 0 && { processorUs: spreads(COST_COLUMNS, times) }),
    rounds,
  };
};

/** @param rounds the measurements of each of the load's subjects, in their order */
export const summarize = <Name = LoadName>(
  {
    name,
    operation,
    figures,
    subjects,
  }: Pick<Load, 'operation' | 'figures'> & {
    readonly name: Name;
    readonly subjects: readonly { readonly name: string }[];
  },
  rounds: readonly (readonly Measurement[])[],
): LoadSummary<Name> => ({
  name,
  ...(operation !== undefined && { operation }),
  figures,
  subjects: subjects.map((subject, index) => summarizeSubject(subject.name, figures, rounds[index]!)),
});
