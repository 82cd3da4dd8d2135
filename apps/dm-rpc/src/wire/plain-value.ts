/** Values on the wire: unitedrhino's messages carry a text as it is, and as JSON only what is made of members or elements. */

/** @param json a value as it is stored */
export const plainValue = (json: string): string => {
  if (json.startsWith('"')) return JSON.parse(json) as string;
  return json === 'null' ? '' : json;
};
