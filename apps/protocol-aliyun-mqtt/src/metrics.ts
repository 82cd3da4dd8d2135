import type { Metrics } from '@alink/runtime';

/** The node's counters; names follow Prometheus' conventions. */
export const createNodeMetrics = (metrics: Metrics, sessions: () => number) => ({
  activities: metrics.counter('alink_node_activities_total', 'Things that happened to devices, by kind', ['kind']),
  connacks: metrics.counter('alink_node_connacks_total', 'CONNECTs answered, by CONNACK code', ['code']),
  uplinks: metrics.counter('alink_node_uplinks_total', 'Device publishes, by result', ['result']),
  downlinks: metrics.counter('alink_node_downlinks_total', 'Messages to devices, by result', ['result']),
  hubLinesDropped: metrics.counter('alink_node_log_lines_dropped_total', 'Device log lines over the rate'),
  sessions: metrics.gauge('alink_node_sessions', 'Devices connected now', [], sessions),
});
export type NodeMetrics = ReturnType<typeof createNodeMetrics>;
