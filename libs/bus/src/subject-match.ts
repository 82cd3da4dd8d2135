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
 * Refuses what is no subject: white space would break the protocol's line and let a name speak to the server.
 * @throws {TypeError}
 */
export const assertSubject = (subject: string): void => {
  if (subject === '' || /\s/.test(subject)) throw new TypeError(`not a subject: ${JSON.stringify(subject)}`);
};
