/** Topics of Alibaba Cloud IoT, taken apart: whose they are, and what they are about. */

/** Family of a topic, by where the device's names stand in it. */
export type TopicScope = 'sys' | 'custom' | 'ext' | 'ota' | 'shadow' | 'broadcast';

/** A topic that belongs to a device (of `/broadcast`: to a product). */
export interface DeviceTopic {
  readonly scope: TopicScope;
  readonly productKey: string;
  /** Empty in scope `broadcast`. */
  readonly deviceName: string;
  /**
   * What is left without the names: `thing/event/property/post` of sys, `user/update` of custom, `ntp/request` and
   * `session/combine/login` of ext, `device/upgrade` of ota, `get` of shadow, the topic's own name of broadcast.
   */
  readonly path: string;
  /** Message id of a synchronous call `/ext/rrpc/{id}/{topic}`; everything else then describes the inner topic. */
  readonly rrpcId?: string;
}

/** Cuts a query such as `?_rid=7` or `?_sn=default` off a topic (Link SDK for C 4.x, "append request id"). */
export const stripQuery = (topic: string): string => {
  const mark = topic.indexOf('?');
  return mark < 0 ? topic : topic.slice(0, mark);
};

const SCRIPT = /[?&]_sn=([\w-]{1,64})(?:$|[?&])/;

/**
 * The script of the product that is to read the payload, which `?_sn=default` asks for ("Alibaba Cloud IoT documentation,
 * 'Custom topics: data parsing'"); undefined where a topic asks for none.
 */
export const scriptOf = (topic: string): string | undefined =>
  topic.includes('?') ? SCRIPT.exec(topic)?.[1] : undefined;

/** The level that begins at `from`, and where the next one begins; `next` is -1 after the last. */
const levelAt = (topic: string, from: number): { level: string; next: number } => {
  const slash = topic.indexOf('/', from);
  return slash < 0 ? { level: topic.slice(from), next: -1 } : { level: topic.slice(from, slash), next: slash + 1 };
};

/** Reads `{productKey}/{deviceName}[/{rest}]` at `from`. `prefix` goes before the rest to make the path. */
const ownedAt = (topic: string, from: number, scope: TopicScope, prefix = ''): DeviceTopic | undefined => {
  if (from < 0) return undefined;
  const { level: productKey, next } = levelAt(topic, from);
  if (next < 0) return undefined;
  const { level: deviceName, next: rest } = levelAt(topic, next);
  if (!productKey || !deviceName) return undefined;
  const tail = rest < 0 ? '' : topic.slice(rest);
  const path = prefix && tail ? `${prefix}/${tail}` : prefix || tail;
  return path ? { scope, productKey, deviceName, path } : undefined;
};

/** Reads `{kind}/{productKey}/{deviceName}` at `from`; nothing may follow. */
const kindThenOwner = (topic: string, from: number, scope: TopicScope, prefix: string): DeviceTopic | undefined => {
  const { level: kind, next } = levelAt(topic, from);
  if (!kind) return undefined;
  const found = ownedAt(topic, next, scope, prefix + kind);
  return found?.path === prefix + kind ? found : undefined;
};

const parseRrpc = (topic: string, from: number): DeviceTopic | undefined => {
  const { level: rrpcId, next } = levelAt(topic, from);
  if (!rrpcId || next < 0) return undefined;
  const inner = parseTopic(topic.slice(next - 1));
  return inner && !inner.rrpcId && (inner.scope === 'sys' || inner.scope === 'custom')
    ? { ...inner, rrpcId }
    : undefined;
};

const parseExt = (topic: string, from: number): DeviceTopic | undefined => {
  const { level: kind, next } = levelAt(topic, from);
  switch (kind) {
    case 'rrpc':
      return parseRrpc(topic, next);
    case 'session':
    case 'ntp':
    case 'error':
      return ownedAt(topic, next, 'ext', kind);
    default:
      return undefined;
  }
};

/**
 * Takes a topic apart (its query already cut). Returns undefined for what names no device. Wildcards are taken for
 * names, so a filter can be read too. Sources: Alibaba Cloud IoT documentation, "Topics", "RRPC", "OTA", "Shadow".
 */
export const parseTopic = (topic: string): DeviceTopic | undefined => {
  if (!topic.startsWith('/')) return undefined;
  const { level: first, next } = levelAt(topic, 1);
  if (next < 0) return undefined;
  switch (first) {
    case 'sys':
      return ownedAt(topic, next, 'sys');
    case 'ext':
      return parseExt(topic, next);
    case 'ota':
      return topic.startsWith('device/', next)
        ? kindThenOwner(topic, next + 'device/'.length, 'ota', 'device/')
        : undefined;
    case 'shadow':
      return kindThenOwner(topic, next, 'shadow', '');
    case 'broadcast': {
      const { level: productKey, next: name } = levelAt(topic, next);
      if (!productKey || name < 0 || name === topic.length) return undefined;
      return { scope: 'broadcast', productKey, deviceName: '', path: topic.slice(name) };
    }
    default:
      return ownedAt(topic, 1, 'custom');
  }
};
