import type { Metrics } from '@alink/runtime';

/** Seconds that connections wait for their turn: from none to the bound. */
const WAIT_BUCKETS_S = [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30];

/** What the guard holds back; names follow Prometheus' conventions. */
export const createGuardMetrics = (metrics: Metrics, now: { waiting: () => number; opening: () => number }) => ({
  locks: metrics.counter('alink_node_login_locks_total', 'Login locks begun, by what is locked', ['of']),
  lockedLogins: metrics.counter('alink_node_locked_logins_total', 'Logins refused because of a lock'),
  dropped: metrics.counter('alink_node_connections_dropped_total', 'Connections closed before their CONNECT', ['why']),
  waits: metrics.histogram('alink_node_accept_wait_seconds', 'Wait from accept to turn', [], WAIT_BUCKETS_S),
  readPauses: metrics.counter('alink_node_read_pauses_total', 'Pauses of connections over their byte rate'),
  waiting: metrics.gauge('alink_node_connections_waiting', 'Connections waiting for their turn', [], now.waiting),
  opening: metrics.gauge('alink_node_connections_opening', 'Connections between turn and CONNACK', [], now.opening),
});
