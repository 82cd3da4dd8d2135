import { summarize, type LoadSummary } from './summary';
import { costTable, figuresTable } from './tables';

const load = {
  name: 'connects',
  operation: 'signed connect',
  figures: [
    { key: 'perSecond', what: 'signed connects', unit: '1/s' },
    { key: 'kept', what: 'kept', unit: '1/s' },
  ],
  subjects: [{ name: 'platform' }, { name: 'bare aedes' }],
} as const;

const ours = (perSecond: number, broker: number) => ({
  figures: { perSecond, kept: perSecond / 2 },
  processor: { broker, 'dm-rpc': 100, NATS: 20, generator: 30 },
});
const summary = summarize(load, [
  [ours(1000, 310), ours(1200, 300), ours(900, 330)],
  [
    { figures: { perSecond: 2000 }, processor: { broker: 150, generator: 31 } },
    { figures: { perSecond: 2200 }, processor: { broker: 140, generator: 29 } },
    { figures: { perSecond: 2100 }, processor: { broker: 160, generator: 30 } },
  ],
]);

test('medians with their spread; all processes of a subject together are without the generator', () => {
  const [platform, aedes] = summary.subjects;
  expect(platform!.figures).toEqual({
    perSecond: { median: 1000, min: 900, max: 1200 },
    kept: { median: 500, min: 450, max: 600 },
  });
  expect(platform!.processorUs).toMatchObject({
    broker: { median: 310, min: 300, max: 330 },
    together: { median: 430, min: 420, max: 450 },
    generator: { median: 30, min: 30, max: 30 },
  });
  expect(platform!.processorUs).not.toHaveProperty('PostgreSQL');
  expect(aedes!.figures).not.toHaveProperty('kept');
  expect(aedes!.rounds).toHaveLength(3);
});

test('the tables', () => {
  expect(figuresTable([summary])).toBe(
    [
      '|                 | unit | platform         | bare aedes        | / bare aedes |',
      '| --------------- | ---- | ---------------- | ----------------- | ------------ |',
      '| signed connects | 1/s  | 1000 (900..1200) | 2100 (2000..2200) | 0.48         |',
      '| kept            | 1/s  | 500 (450..600)   |                   |              |',
      '\n',
    ].join('\n'),
  );
  expect(costTable([summary])).toBe(
    [
      '| processor time, us for one | of         | broker         | dm-rpc | NATS | PostgreSQL | others | together       | generator         |',
      '| -------------------------- | ---------- | -------------- | ------ | ---- | ---------- | ------ | -------------- | ----------------- |',
      '| signed connect             | platform   | 310 (300..330) | 100    | 20.0 |            |        | 430 (420..450) | 30.0              |',
      '| signed connect             | bare aedes | 150 (140..160) |        |      |            |        | 150 (140..160) | 30.0 (29.0..31.0) |',
      '\n',
    ].join('\n'),
  );
});

test('where the system does not tell, the tables say so', () => {
  const memory: LoadSummary = summarize(
    { name: 'memory', figures: [{ key: 'kibibytes', what: 'memory', unit: 'KiB' }], subjects: [{ name: 'platform' }] },
    [[{ figures: { kibibytes: NaN } }, { figures: { kibibytes: NaN } }]],
  );
  expect(figuresTable([memory])).toContain('| memory | KiB  | not measured |');
  expect(costTable([memory])).toBe('');
  const rounds = [[{ figures: { perSecond: 5 } }], [{ figures: { perSecond: 6 } }]];
  expect(costTable([summarize(load, rounds)])).toMatch(/^Processor time is not measured/);
});
