// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- whoever compiles this file needs the types, in any project
/// <reference path="./qlobber.d.ts" />
/**
 * The filters with wildcards that one client holds, so that none of them is looked at which has nothing to do with a topic:
 * the client of a gateway device holds those of thousands of sub-devices.
 */
import { QlobberTrue } from 'qlobber';

const MQTT = {
  separator: '/',
  wildcard_one: '+',
  wildcard_some: '#',
  match_empty_levels: true,
  max_words: Infinity,
} as const;

const hasWildcard = (filter: string): boolean => filter.includes('+') || filter.includes('#');

export class Wildcards {
  /** Most clients hold none, or only such as begin with a name. */
  private trie: QlobberTrue | undefined;
  /** Those that begin with a wildcard, which select no topic that begins with `$` [MQTT-4.7.2-1]. */
  private leading: QlobberTrue | undefined;

  /** Adds a valid filter, unless it has no wildcard. */
  add(filter: string): void {
    if (!hasWildcard(filter)) return;
    if (begins(filter)) (this.leading ??= new QlobberTrue(MQTT)).add(filter);
    else (this.trie ??= new QlobberTrue(MQTT)).add(filter);
  }

  remove(filter: string): void {
    if (!hasWildcard(filter)) return;
    (begins(filter) ? this.leading : this.trie)?.remove(filter);
  }

  /** Whether one of them selects the topic. */
  select(topic: string): boolean {
    if (this.trie?.match(topic)) return true;
    return !topic.startsWith('$') && (this.leading?.match(topic) ?? false);
  }
}

const begins = (filter: string): boolean => filter.startsWith('+') || filter.startsWith('#');
