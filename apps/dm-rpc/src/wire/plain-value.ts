/** Values on the wire: unitedrhino's messages carry a text as it is, and as JSON only what is made of members or elements. */
import type { Json } from '@alink/contract';
import { foreignValue, type DataType } from '@alink/thing-model';

/**
 * @param json a value as it is stored
 * @param type where the model says one: a bool is 1 or 0, also of devices that say true and false
 */
export const plainValue = (json: string, type?: DataType): string => {
  if (json.startsWith('"')) return JSON.parse(json) as string;
  if (json === 'null') return '';
  if (type?.type === 'bool' && json === 'true') return '1';
  if (type?.type === 'bool' && json === 'false') return '0';
  const isMadeOfParts = json.startsWith('{') || json.startsWith('[');
  return type && isMadeOfParts ? JSON.stringify(foreignValue(JSON.parse(json) as Json, type)) : json;
};
