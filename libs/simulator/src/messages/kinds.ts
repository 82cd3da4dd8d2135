/** What a simulated device says by itself. */

/** What devices say beside their reports, seldom. */
export const asideKinds = [
  'ntp',
  'tags',
  'desired',
  'shadow',
  'config',
  'log',
  'network',
  'history',
  'batch',
  'model',
] as const;
export type AsideKind = (typeof asideKinds)[number];

export type MessageKind = 'properties' | 'event' | AsideKind;

const reports: ReadonlySet<string> = new Set<MessageKind>(['properties', 'event', 'history', 'batch']);

/** Whether it brings values, which a platform keeps or refuses. */
export const isReport = (kind: string): boolean => reports.has(kind);
