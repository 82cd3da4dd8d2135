/** The tables that a run prints: what devices see, and what an operation costs. */
import { COST_COLUMNS, type LoadSummary } from './summary';
import type { Spread } from './statistics';
import { formatTable } from './table';

const NOT_MEASURED = 'not measured';

const number = (value: number): string => {
  if (Number.isNaN(value)) return NOT_MEASURED;
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

/** The median, and from where to where the rounds went. */
export const formatSpread = (spread: Spread | undefined): string => {
  if (!spread) return '';
  const { median, min, max } = spread;
  return min === max || Number.isNaN(median) ? number(median) : `${number(median)} (${number(min)}..${number(max)})`;
};

const ratio = (ours: Spread | undefined, theirs: Spread | undefined): string =>
  ours && theirs && !Number.isNaN(ours.median) ? number(ours.median / theirs.median) : '';

/** One row for each figure, one column for each subject, and what the first gives for what another does. */
export const figuresTable = (loads: readonly LoadSummary<string>[]): string => {
  const names = [...new Set(loads.flatMap(({ subjects }) => subjects.map(({ name }) => name)))];
  const [first, ...others] = names;
  const rows = loads.flatMap(({ figures, subjects }) =>
    figures.map(({ key, what, unit }) => {
      const of = (name: string): Spread | undefined => subjects.find((subject) => subject.name === name)?.figures[key];
      return [
        what,
        unit,
        ...names.map((name) => formatSpread(of(name))),
        ...others.map((name) => ratio(of(first!), of(name))),
      ];
    }),
  );
  return formatTable([['', 'unit', ...names, ...others.map((name) => `/ ${name}`)], ...rows]);
};

/** One row for each load and subject, one column for each process; a sentence where the system does not tell. */
export const costTable = (loads: readonly LoadSummary[]): string => {
  const timed = loads.flatMap(({ operation, subjects }) =>
    operation === undefined ? [] : subjects.map((subject) => ({ operation, ...subject })),
  );
  if (timed.length === 0) return '';
  if (timed.every(({ processorUs }) => processorUs === undefined)) {
    return `Processor time is ${NOT_MEASURED}: it is read from /proc, which only Linux has.\n\n`;
  }
  return formatTable([
    ['processor time, us for one', 'of', ...COST_COLUMNS],
    ...timed.map(({ operation, name, processorUs }) => [
      operation,
      name,
      ...COST_COLUMNS.map((column) => formatSpread(processorUs?.[column])),
    ]),
  ]);
};
