/**
 * Compiles a subject pattern: `*` stands for exactly one token, `>` at the end for one token or more
 * (NATS documentation, "Subject-Based Messaging").
 */
export const subjectMatcher = (pattern: string): ((subject: string) => boolean) => {
  const wanted = pattern.split('.');
  const open = wanted.at(-1) === '>';
  if (open) wanted.pop();
  if (!open && !wanted.includes('*')) return (subject) => subject === pattern;
  return (subject) => {
    const tokens = subject.split('.');
    if (open ? tokens.length <= wanted.length : tokens.length !== wanted.length) return false;
    return wanted.every((token, index) => token === '*' || token === tokens[index]);
  };
};

/**
 * Bytes of a subject. A server ends the connection of whoever sends a longer line than 4096 bytes (NATS documentation,
 * `max_control_line`), on which a reply subject and two lengths stand besides.
 */
const MAX_SUBJECT_BYTES = 2048;

/**
 * Refuses what is no subject: white space would break the protocol's line and let a name speak to the server, and one that
 * is too long would cost the connection.
 * @throws {TypeError}
 */
export const assertSubject = (subject: string): void => {
  const isSubject = subject !== '' && !/\s/.test(subject) && Buffer.byteLength(subject) <= MAX_SUBJECT_BYTES;
  if (!isSubject) throw new TypeError(`not a subject: ${JSON.stringify(subject.slice(0, 200))}`);
};
