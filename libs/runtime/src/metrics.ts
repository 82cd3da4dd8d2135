import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { lostLines } from './lost-lines';

/** Seconds; from a call in memory to a slow database. */
const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one service, in a registry of their own. */
export interface Metrics {
  readonly registry: Registry;
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  /** With `collect`, the value is asked for at every scrape. */
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[], collect?: () => number): Gauge<L>;
  /** A histogram of seconds unless other buckets are given. */
  histogram<L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
    buckets?: readonly number[],
  ): Histogram<L>;
  /** All values in Prometheus' text format. */
  render(): Promise<string>;
}

/** @param service stands as label `service` on every value */
export const createMetrics = (service: string): Metrics => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Counter({
    name: 'alink_log_lines_lost_total',
    help: "Lines of this process's log that could not be written",
    registers,
    collect() {
      this.reset();
      this.inc(lostLines());
    },
  });
  return {
    registry,
    counter: (name, help, labels = []) => new Counter({ name, help, labelNames: [...labels], registers }),
    gauge: (name, help, labels = [], collect) =>
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        ...(collect && {
          collect() {
            this.set(collect());
          },
        }),
      }),
    histogram: (name, help, labels = [], buckets = LATENCY_BUCKETS_S) =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
    render: () => registry.metrics(),
  };
};
