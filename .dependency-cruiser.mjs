/**
 * Which files may need which: no circles anywhere, and no arrow that runs up in the node (`apps/protocol-aliyun-mqtt`).
 * What whole projects may import stands in eslint.config.mjs. Tried by tools/boundaries.spec.mjs.
 */

/**
 * The node's floors, from the ground up. A file needs what stands on its own floor or below, never above; so a lower floor
 * can be read, tried and exchanged without the higher ones. Specs may need anything.
 */
export const floors = [
  /** Ports: a connection, whoever holds it. */
  'link/',
  /** What everybody needs: bounds, counters, the log of what happens to devices. */
  '(activity|limits|line-limits|metrics|journal)[^/]*[.]ts',
  /** How this node is found, finds others, and is woken. */
  'services/',
  /** Sockets, TLS, WebSocket. */
  'transport/',
  /** Who speaks MQTT. */
  'brokers/',
  /** Who a device is, as dm.rpc knows. */
  'directory/',
  /** What devices download, wherever it is. */
  'files/',
  /** May it in? */
  'connect/',
  /** How often, how fast, how many? */
  'guard/',
  /** One device on a link, from its beginning to its end. */
  'session/',
  /** Who answers what a device asks. */
  'requests/',
  /** What a device is sent. */
  'downlink/',
  /** What a device sends. */
  'uplink/',
  /** What a connection may do. */
  'connection/',
  /** What devices ask over HTTP. */
  'http/',
  /** The roof: everything put together. */
  '[^/]+[.]ts',
];

const root = '^apps/protocol-aliyun-mqtt/src/';
const spec = '[.]spec[.]ts$';

/** One rule for each floor but the roof: nothing on it needs what stands above. */
const arrowsRunDown = floors.slice(0, -1).map((floor, index) => {
  const here = floors.slice(0, index + 1).map((lower) => root + lower);
  return {
    name: `nothing-above-${floor.replace(/[^a-z]+/g, '-').replace(/^-|-(ts)?$/g, '')}`,
    severity: 'error',
    comment: 'A lower floor says what it needs as a port of its own, and a higher one fills it in.',
    from: { path: root + floor, pathNot: spec },
    to: { path: root, pathNot: here },
  };
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Two files that need each other are one, or want a third that both need.',
      from: {},
      to: { circular: true },
    },
    ...arrowsRunDown,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.base.json' },
    // Types count: whoever reads a file reads those that it names.
    tsPreCompilationDeps: true,
    moduleSystems: ['es6'],
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/generated/' },
  },
};
