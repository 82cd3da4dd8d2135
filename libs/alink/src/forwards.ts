/**
 * Custom messages of a device that go on to another device, where a rule of its product says so: from which topic, to which
 * device, on which topic of that one. It is the platform's own; Alibaba Cloud IoT has it in its rules engine ("Forward data
 * to another topic").
 */
import { filterMatches, isValidFilter } from '@alink/topic';
import { isDeviceName, type DeviceIdentity } from '@alink/signing';

export interface ForwardRule {
  /** A filter without the names of the device: `user/update`. */
  readonly topic: string;
  /** The ProductKey that the target dials with. */
  readonly targetProductKey: string;
  /** `{deviceName}` stands for the name of the sender. */
  readonly targetDeviceName: string;
  /** Without the names: `user/get`. `{productKey}`, `{deviceName}` and `{topic}` (what follows `user/`) are the sender's. */
  readonly targetTopic: string;
}

/** Where a message goes on to. */
export interface Forwarded {
  readonly deviceName: string;
  /** The whole topic. */
  readonly topic: string;
}

/** Characters of a path; with the names before it, it is still a topic. */
const MAX_PATH = 128;

/** Why that selects no custom topics, in words that follow its name; undefined where it does. */
export const customFilterFault = (filter: string): string | undefined => {
  if (!filter.startsWith('user/') || filter === 'user/') return 'must begin with user/';
  if (filter.length > MAX_PATH) return `must have at most ${MAX_PATH} characters`;
  return isValidFilter(filter) ? undefined : 'must have + as a whole level and # as the last one only';
};

const fill = (template: string, words: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, word: string) => (Object.hasOwn(words, word) ? words[word]! : whole));

export interface TargetFault {
  readonly field: 'targetDeviceName' | 'targetTopic';
  /** Words that follow its name. */
  readonly words: string;
}

/** Why no message can go there, whoever sends it; undefined where one can. */
export const forwardTargetFault = ({
  targetDeviceName,
  targetTopic,
}: Pick<ForwardRule, 'targetDeviceName' | 'targetTopic'>): TargetFault | undefined => {
  const deviceName = fill(targetDeviceName, { deviceName: 'name' });
  if (!isDeviceName(deviceName)) {
    return { field: 'targetDeviceName', words: 'must be a DeviceName, which may hold {deviceName}' };
  }
  const path = fill(targetTopic, { productKey: 'pk', deviceName: 'name', topic: 'topic' });
  if (!/^user\/[^\0]+$/.test(path) || /[+#{}]/.test(path) || targetTopic.length > MAX_PATH) {
    const words = `must begin with user/, and hold no words in braces but {productKey}, {deviceName} and {topic}, no + and no #, and at most ${MAX_PATH} characters`;
    return { field: 'targetTopic', words };
  }
  return undefined;
};

/**
 * Where a rule sends a message of that device, which it has published on that custom topic.
 * @param path without the names
 * @returns undefined where the rule is about other topics, or where it would come back to its sender on the same topic
 */
export const forwardOf = (rule: ForwardRule, sender: DeviceIdentity, path: string): Forwarded | undefined => {
  if (!filterMatches(rule.topic, path)) return undefined;
  const { productKey, deviceName } = sender;
  const target = fill(rule.targetDeviceName, { deviceName });
  const targetPath = fill(rule.targetTopic, { productKey, deviceName, topic: path.slice('user/'.length) });
  const isItself = rule.targetProductKey === productKey && target === deviceName && targetPath === path;
  if (isItself || !isDeviceName(target)) return undefined;
  return { deviceName: target, topic: `/${rule.targetProductKey}/${target}/${targetPath}` };
};
