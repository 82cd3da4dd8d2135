/** The first of many in one message, and how many more there are. @param separator between them */
export const someOf = (all: readonly string[], most: number, separator = ', '): string => {
  const more = all.length > most ? ` and ${all.length - most} more` : '';
  return `${all.slice(0, most).join(separator)}${more}`;
};
