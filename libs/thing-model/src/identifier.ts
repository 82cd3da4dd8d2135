import { limits, reservedIdentifiers } from './limits';

const pattern = new RegExp(`^[A-Za-z0-9_]{1,${limits.identifier}}$`);

/** True for letters, digits and `_`, at most 50 of them. `__proto__` is refused: as a member name it is not just data. */
export const isIdentifier = (text: string): boolean => pattern.test(text) && text !== '__proto__';

/**
 * What is wrong with the identifier of a property, an event or a service, bare or `<module>:<identifier>`; undefined
 * when nothing is (Alibaba Cloud IoT documentation, "TSL fields": `set`, `get`, `post`, `time`, `value` are reserved).
 */
export const identifierFault = (identifier: string): string | undefined => {
  const { module, local } = splitIdentifier(identifier);
  if (module !== undefined && !isIdentifier(module)) return 'has a module that is not made of letters, digits and _';
  if (!isIdentifier(local)) return `must consist of letters, digits and _, at most ${limits.identifier}`;
  return reservedIdentifiers.has(local) ? `${local} is reserved by the protocol` : undefined;
};

/** `<module>:<identifier>` in its parts; the default module is undefined. */
export const splitIdentifier = (identifier: string): { module: string | undefined; local: string } => {
  const colon = identifier.indexOf(':');
  return colon < 0
    ? { module: undefined, local: identifier }
    : { module: identifier.slice(0, colon), local: identifier.slice(colon + 1) };
};
