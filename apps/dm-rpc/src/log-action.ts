/**
 * What a line of a device's log is about. A message that a device has sent stands there by its kind, as in unitedrhino, so
 * that its callers find it; for all else that is logged here unitedrhino has no word.
 */
import { LOGGED_MESSAGES, type DeviceReport, type HubLogEntry, type LoggedMessage } from '@alink/contract';
import { parseTopic } from '@alink/topic';

export type LogAction = HubLogEntry['action'];

/** What a node says of a message that it has not kept, and what lines of earlier versions say of all of them. */
export const PUBLISH = 'publish';

/** By what the path of a topic begins with; the first that fits. The kinds of some are Alibaba's own. */
const PATHS: readonly (readonly [string, LoggedMessage])[] = [
  ['thing/event/property/', 'property'],
  ['thing/service/property/', 'property'],
  ['thing/property/', 'property'],
  ['thing/deviceinfo/', 'property'],
  ['thing/event/', 'event'],
  ['thing/service/', 'action'],
  ['thing/ota/', 'ota'],
  ['thing/topo/', 'gateway'],
  ['thing/gateway/', 'gateway'],
  ['thing/sub/', 'gateway'],
  ['thing/list/', 'gateway'],
  ['thing/proxy/', 'gateway'],
  ['session/', 'gateway'],
  ['ntp/', 'ntp'],
];

/** The kind of message that goes over a topic of Alibaba's. */
const kindOfTopic = (topic: string): LoggedMessage => {
  const parsed = parseTopic(topic);
  if (!parsed || parsed.scope === 'custom') return 'ext';
  if (parsed.scope === 'ota') return 'ota';
  return PATHS.find(([beginning]) => parsed.path.startsWith(beginning))?.[1] ?? 'ext';
};

const isKind = (word: string): word is LoggedMessage => (LOGGED_MESSAGES as readonly string[]).includes(word);

/** Of a report: nodes of other protocols have topics of their own, and say by handle and type what it is. */
export const actionOfReport = ({ handle, type, topic }: Pick<DeviceReport, 'handle' | 'type' | 'topic'>): LogAction => {
  if (handle === 'ota' || handle === 'gateway') return handle;
  if (handle === 'thing' && isKind(type)) return type;
  return type === 'ntp' ? type : kindOfTopic(topic);
};

/** Of what a node tells. */
export const actionOfEntry = (action: string, topic: string): string =>
  action === PUBLISH && topic !== '' ? kindOfTopic(topic) : action;

/** The actions that a filter asks for; `publish` asks for every message, as before it was told of what kind one is. */
export const wantedActions = (actions: readonly string[]): string[] =>
  actions.flatMap((action) => (action === PUBLISH ? [PUBLISH, ...LOGGED_MESSAGES] : [action]));
