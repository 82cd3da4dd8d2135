/** MQTT's own rules for topic names and topic filters (MQTT 3.1.1, section 4.7). */

const MAX_BYTES = 65_535;

/** A UTF-16 unit is at most three bytes of UTF-8, so most texts need no counting. */
const fits = (text: string): boolean => text.length * 3 <= MAX_BYTES || Buffer.byteLength(text) <= MAX_BYTES;

/** Whether a topic can be published to: 1 to 65535 bytes, no wildcard, no U+0000. */
export const isValidTopic = (topic: string): boolean =>
  topic !== '' && !topic.includes('+') && !topic.includes('#') && !topic.includes('\0') && fits(topic);

/** Whether a filter can be subscribed: 1 to 65535 bytes, `+` fills a level, `#` fills the last one, no U+0000. */
export const isValidFilter = (filter: string): boolean => {
  if (filter === '' || filter.includes('\0') || !fits(filter)) return false;
  if (!filter.includes('+') && !filter.includes('#')) return true;
  const levels = filter.split('/');
  return levels.every(
    (level, index) =>
      level === '+' || (level === '#' ? index === levels.length - 1 : !level.includes('+') && !level.includes('#')),
  );
};

const endOfLevel = (text: string, from: number): number => {
  const slash = text.indexOf('/', from);
  return slash < 0 ? text.length : slash;
};

/**
 * Whether a valid filter selects a topic. `a/#` selects `a` too; a wildcard at the start selects no topic that begins
 * with `$`.
 */
export const filterMatches = (filter: string, topic: string): boolean => {
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false;
  let f = 0;
  let t = 0;
  for (;;) {
    const filterEnd = endOfLevel(filter, f);
    const topicEnd = endOfLevel(topic, t);
    const level = filter.slice(f, filterEnd);
    if (level === '#') return true;
    if (level !== '+' && (level.length !== topicEnd - t || !topic.startsWith(level, t))) return false;
    if (topicEnd === topic.length) return filterEnd === filter.length || filter.slice(filterEnd) === '/#';
    if (filterEnd === filter.length) return false;
    f = filterEnd + 1;
    t = topicEnd + 1;
  }
};
