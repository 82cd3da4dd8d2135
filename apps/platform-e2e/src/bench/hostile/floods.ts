/** What a device that was let in may send to cost a node as much as it can, as bytes that are made beforehand. */
import { generate } from 'mqtt-packet';

export const FLOOD_NAMES = ['filters', 'pings', 'publishes', 'acknowledgements'] as const;
export type FloodName = (typeof FLOOD_NAMES)[number];

/** Bytes that are written at once: more than a socket takes. */
const AT_ONCE = 64 * 1024;
const REFUSED_FILTERS = 35_000;

const repeated = (frame: Buffer): Buffer => Buffer.alloc(Math.floor(AT_ONCE / frame.length) * frame.length, frame);

/** One SUBSCRIBE of filters that no device may have. */
const refusedFilters = (): Buffer =>
  generate({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: Array.from({ length: REFUSED_FILTERS }, (_, n) => ({ topic: `a${n}`, qos: 1 as const })),
  });

/** The shortest PUBLISH: QoS 0, a topic of one letter that no device may publish on, no payload. */
const SHORTEST_PUBLISH = generate({ cmd: 'publish', topic: 'a', payload: '', qos: 0, dup: false, retain: false });

const makers: Readonly<Record<FloodName, () => Buffer>> = {
  filters: refusedFilters,
  pings: () => repeated(generate({ cmd: 'pingreq' })),
  publishes: () => repeated(SHORTEST_PUBLISH),
  acknowledgements: () => repeated(generate({ cmd: 'puback', messageId: 1 })),
};

/** How each flood is called in a table. */
export const FLOODS: Readonly<Record<FloodName, string>> = {
  filters: `SUBSCRIBE with ${REFUSED_FILTERS} refused filters`,
  pings: 'PINGREQ',
  publishes: 'publishes of 5 bytes',
  acknowledgements: 'PUBACK',
};

export const floodBytes = (name: FloodName): Buffer => makers[name]();
