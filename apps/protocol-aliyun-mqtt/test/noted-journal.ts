/** A journal whose lines a test looks at. */
import type { Bus } from '@alink/bus';
import { createLogger, createMetrics, systemClock } from '@alink/runtime';
import { Journal, type Activity } from '../src/journal';
import { createNodeMetrics } from '../src/metrics';

export const notedJournal = (bus: Bus) => {
  const activities: Activity[] = [];
  const journal = new Journal({
    bus,
    log: createLogger({ name: 'test', level: 'silent' }),
    clock: systemClock,
    metrics: createNodeMetrics(createMetrics('test'), () => 0),
    onActivity: (activity) => void activities.push(activity),
  });
  return { journal, activities };
};
